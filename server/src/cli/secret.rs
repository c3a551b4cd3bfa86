//! Secrets that people type: from a pipe as they are, from a terminal without showing them.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// Reads one line; `None` for an empty one. The prompt is shown at a terminal only.
pub(super) fn read(prompt: &str) -> io::Result<Option<Zeroizing<String>>> {
    let input = io::stdin();
    let hidden = input.is_terminal().then(|| Hidden::new(prompt)).transpose()?;
    let mut line = Zeroizing::new(String::new());
    input.lock().read_line(&mut line)?;
    drop(hidden);
    let typed = line.trim_end_matches(['\r', '\n']);
    Ok((!typed.is_empty()).then(|| Zeroizing::new(typed.to_owned())))
}

/// A terminal that does not show what is typed, until this is dropped.
struct Hidden {
    before: Termios,
}

impl Hidden {
    fn new(prompt: &str) -> io::Result<Self> {
        print!("{prompt}");
        io::stdout().flush()?;
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        quiet.local_flags.remove(LocalFlags::ECHO);
        tcsetattr(io::stdin(), SetArg::TCSANOW, &quiet)?;
        Ok(Self { before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Err(error) = tcsetattr(io::stdin(), SetArg::TCSANOW, &self.before) {
            tracing::warn!(%error, "the terminal stays without echo: run `stty echo`");
        }
        println!();
    }
}
