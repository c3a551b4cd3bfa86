//! tl-server: the city platform. Reads its arguments and runs one command.

use std::process::ExitCode;

fn main() -> ExitCode {
    tl_server::cli::main()
}
