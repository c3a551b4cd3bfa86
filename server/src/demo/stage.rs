//! Running the demonstration: history, accounts, server, agents, and a stop that leaves nothing.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use actix_web::web;
use anyhow::{Context as _, bail};
use chrono::DateTime;
use tokio::signal::unix::{SignalKind, signal};

use super::calendar::Calendar;
use super::folder::Folder;
use super::history::history;
use super::landmarks::{Landmarks, landmarks};
use super::people::People;
use super::scene::Scene;
use super::{people, print, scene, write};
use crate::app::App;
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::config::{Config, Layer};
use crate::serve;

/// What the demonstration is started with.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoArgs {
    /// 采集终端程序 tl-edge；缺省不启动采集终端 / the agent's program; none starts without it
    #[arg(long, value_name = "PATH")]
    pub edge_binary: Option<PathBuf>,
    /// 空目录；缺省用临时目录 / an empty folder; by default a temporary one
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// 结束后保留目录 / keep the folder at the end
    #[arg(long)]
    pub keep: bool,
}

/// What is there before the server starts.
struct Prepared {
    people: People,
    landmarks: Landmarks,
    entries: usize,
}

/// Runs the demonstration until a signal.
///
/// # Errors
/// A folder or database that is not empty, and whatever the server's own start meets.
pub fn run(args: &DemoArgs, flags: Layer) -> anyhow::Result<()> {
    let folder = Folder::take(args.dir.as_deref(), args.keep)?;
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let layer = Layer {
        data: Some(folder.path().join("server")),
        page: Some(flags.page.unwrap_or(any)),
        device: Some(flags.device.unwrap_or(any)),
        ..flags
    };
    let app = serve::open(Config::load(None, layer)?)?;
    if !app.store.is_empty()? {
        bail!(
            "数据库里已有数据；演示只写入空数据库，原有内容未改动 \
             (the database is not empty: nothing was touched)"
        );
    }
    let stop = Arc::new(AtomicBool::new(false));
    let app = web::Data::new(app);
    let shown = app.clone();
    let outcome = actix_web::rt::System::new().block_on(play(shown, args, &folder, stop));
    if !app.config.embedded() {
        // A database that was named stays; nobody can sign in to it any more.
        people::retire(&app)?;
    }
    drop(app);
    println!("演示已结束 / the demonstration has ended");
    drop(folder);
    outcome
}

async fn play(
    app: web::Data<App>,
    args: &DemoArgs,
    folder: &Folder,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let (shared, told) = (app.clone(), stop.clone());
    let writer = thread::spawn(move || {
        // Nobody waits any more when the demonstration was stopped meanwhile.
        let _ = sender.send(prepare(&shared, &told));
    });
    let prepared = tokio::select! {
        prepared = receiver => Some(prepared.context("the history's thread ended")?),
        _ = term.recv() => None,
        _ = interrupt.recv() => None,
        _ = hangup.recv() => None,
    };
    stop.store(prepared.is_none(), Ordering::SeqCst);
    if writer.join().is_err() {
        bail!("the thread that writes the history ended by a panic");
    }
    let Some(prepared) = prepared else {
        return Ok(());
    };
    let Prepared { people, landmarks, entries } = prepared?;
    let (bound, page, device) = serve::start(&app)?;
    print::welcome(&app, bound.page, &people, &landmarks, entries);
    let handles = [page.handle(), device.handle()];
    let (page, device) = (actix_web::rt::spawn(page), actix_web::rt::spawn(device));
    let pin = people.laboratory_pin();
    let scene = args.edge_binary.clone().map(|program| {
        let (app, folder, stop) = (app.clone(), folder.path().to_owned(), stop.clone());
        thread::spawn(move || {
            let (app, program, folder, stop) = (&app, &program, &folder, &stop);
            scene::play(&Scene { app, bound, program, folder, pin, stop });
        })
    });
    if scene.is_none() {
        print::say("未指定 --edge-binary，不启动采集终端。", "No agents without --edge-binary.");
    }
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
        _ = hangup.recv() => {}
    }
    stop.store(true, Ordering::SeqCst);
    let ended = actix_web::rt::task::spawn_blocking(move || scene.map(thread::JoinHandle::join));
    if matches!(ended.await, Ok(Some(Err(_)))) {
        tracing::error!("the agents' thread ended by a panic");
    }
    for handle in handles {
        handle.stop(false).await;
    }
    page.await?.context("page port")?;
    device.await?.context("device port")
}

/// Writes the history and creates the accounts.
fn prepare(app: &App, stop: &AtomicBool) -> anyhow::Result<Prepared> {
    let now = app.clock.micros() + i64::from(CHINA_OFFSET_SECONDS) * 1_000_000;
    let today = DateTime::from_timestamp_micros(now).context("the clock shows no date")?;
    let calendar = Calendar::of(today.date_naive());
    let history = history(&calendar);
    let landmarks = landmarks(&history.events);
    let entries = write::write(app, &calendar, history, |done, total| {
        // Nobody hears this: who stopped it does not wait for the history any more.
        anyhow::ensure!(!stop.load(Ordering::SeqCst), "stopped while the history was written");
        print::progress(done, total);
        Ok(())
    })?;
    Ok(Prepared { people: people::settle(app)?, entries, landmarks })
}
