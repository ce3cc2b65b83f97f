//! Parses the command line, runs the command, and turns its error into an exit code.

use std::process::ExitCode;

use clap::Parser;
use pgcascade::cli::{Cli, output};

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.start_log();
    pgcascade::db::install_crypto_provider();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(&anyhow::anyhow!(error).context("the program cannot start its threads"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli.run()) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            output::exit_code(&error)
        }
    }
}
