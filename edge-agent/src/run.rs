//! `tl-edge run`: opens the outbox, starts ports, uplink and page, and ends cleanly on SIGTERM.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result};
use sd_notify::NotifyState;

use crate::api::Api;
use crate::board::Board;
use crate::clock::AgentClock;
use crate::config::{Config, PageConfig};
use crate::home::Home;
use crate::keeper::{ChainState, Keeper};
use crate::outbox::{Outbox, TAIL_LINKS, check_links};
use crate::page::{self, Page};
use crate::port::Ports;
use crate::site::SharedSite;
use crate::update::Probation;
use crate::upkeep::Upkeep;
use crate::upkeep::watch::{Watch, notify};
use crate::uplink::{LinkStatus, Uplink};

/// Stack of the small threads in bytes.
pub(crate) const THREAD_STACK_BYTES: usize = 512 * 1024;

/// Which agent to run.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// Directory of the agent
    #[arg(long, default_value = "tl-edge")]
    dir: PathBuf,
    /// Clears the alarms (uplink, ledger), once their cause was dealt with; evidence stays
    #[arg(long)]
    resume: bool,
}

/// Runs until SIGTERM or SIGINT.
pub(crate) fn run(args: &RunArgs) -> Result<()> {
    let home = Home::new(&args.dir);
    let identity = home.identity()?;
    let config = Config::load(home.root())?;
    let clock = Arc::new(AgentClock::new(config.offset_minutes));
    let (outbox, writer) = Outbox::open(&home, &config.outbox, clock.clone())?;
    let key = outbox.shared().signer.public();
    let (chain, unchecked) = match outbox.read(|db| check_links(db, &key, None, TAIL_LINKS))? {
        Ok(rest) => (ChainState::Checking, rest),
        Err(broken) => {
            tracing::error!(%broken, "the outbox's chain is broken; capture goes on");
            (ChainState::Broken(broken.to_string()), None)
        }
    };
    if args.resume {
        outbox.write(|tx| {
            tx.clear_alarms()?;
            tx.set_alarm(None)
        })?;
    }
    let site = SharedSite::default();
    site.load(&outbox)?;
    let board = Arc::new(Board::default());
    let link = Arc::new(LinkStatus::new());
    let stop = Arc::new(AtomicBool::new(false));
    let ports = Ports::new(&config, &outbox, &site, &board, &stop);
    let mut threads = ports.start(&config)?;
    threads.extend(crate::print::start(&config, &outbox, &stop)?);
    threads.push(crate::commission::control::start(&ports)?);
    let (bell, rings) = sync_channel(1);
    outbox.knock_at(bell.clone());
    if config.uplink.enabled {
        let pem = std::fs::read(home.client_pem()).context("the client certificate is missing")?;
        let ca = std::fs::read(home.ca()).context("the CA's certificate is missing")?;
        let server = Api::new(&identity.device_url, &ca, Some(&pem), clock.clone())?;
        let uplink = Uplink::new(
            server,
            outbox.clone(),
            site.clone(),
            config.uplink.clone(),
            config.outbox.keep_days,
            link.clone(),
        );
        let mut upkeep = Upkeep::new(&config, &outbox, &link);
        let stop = stop.clone();
        threads.push(spawn("uplink", move || {
            uplink.run(&rings, &stop, |server, turn| upkeep.turn(server, turn));
        })?);
    }
    let chain = Arc::new(Mutex::new(chain));
    let page = match &config.page {
        Some(listen) => {
            let shown = (board.clone(), ports.scales.clone());
            let page = Page::new(&config, &outbox, &site, shown, &link, &chain);
            Some((page, listen))
        }
        None => None,
    };
    let keeper = |address: Option<String>| Keeper {
        outbox: outbox.clone(),
        board: board.clone(),
        link: link.clone(),
        page: address,
        chain: chain.clone(),
        unchecked,
    };
    let leave = Arc::new(tokio::sync::Notify::new());
    let watch = Watch {
        outbox: outbox.clone(),
        link: config.uplink.enabled.then(|| link.clone()),
        probation: Probation::of(&home, Duration::from_secs(config.update.probation_seconds)),
        leave: Box::new({
            let leave = leave.clone();
            move || leave.notify_one()
        }),
    };
    serve(&home, page, &leave, |address| {
        let (keeper, stopped) = (keeper(address), stop.clone());
        keeper.announce();
        threads.push(spawn("keeper", move || keeper.run(&stopped))?);
        let stopped = stop.clone();
        threads.push(spawn("watch", move || watch.run(&stopped))?);
        notify(&[NotifyState::Ready]);
        Ok(())
    })?;
    notify(&[NotifyState::Stopping]);
    tracing::info!("stopping");
    stop.store(true, Ordering::Release);
    // Wakes the uplink; when the bell rings already it is awake.
    let _ = bell.try_send(());
    for thread in threads {
        thread.thread().unpark();
        if thread.join().is_err() {
            tracing::error!("a thread ended by a panic");
        }
    }
    drop((outbox, ports));
    writer.join();
    tracing::info!("stopped");
    Ok(())
}

/// Serves the page, or only waits, until SIGTERM, SIGINT or `leave`; `ready` hears the page's
/// address.
fn serve(
    home: &Home,
    page: Option<(Page, &PageConfig)>,
    leave: &tokio::sync::Notify,
    ready: impl FnOnce(Option<String>) -> Result<()>,
) -> Result<()> {
    actix_web::rt::System::new().block_on(async {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let bound = match page {
            Some((page, config)) => Some(page::bind(page, config, home)?),
            None => None,
        };
        let address = bound.as_ref().map(|(_, _, address)| address.clone());
        ready(address.clone())?;
        tracing::info!(page = address.as_deref().unwrap_or("none"), "ready");
        let handle = bound.map(|(server, handle, _)| {
            actix_web::rt::spawn(server);
            handle
        });
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = leave.notified() => {}
        }
        if let Some(handle) = handle {
            handle.stop(true).await;
        }
        Ok(())
    })
}

/// A named thread with a small stack.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(THREAD_STACK_BYTES)
        .spawn(work)
        .with_context(|| format!("cannot start the thread {name}"))
}
