//! tl-server: the city platform. Reads its arguments and runs one command.

fn main() {}
