//! The program: reads arguments, finds the folders, and starts a command, the engine or the window.

use std::process::ExitCode;

use aloud::{
    cli::{self, Cli, Dirs, password::PasswordArgs},
    wording,
};
use clap::Parser;
use i18n_embed::DesktopLanguageRequester;

#[cfg(feature = "ui")]
mod window;

fn main() -> ExitCode {
    cli::log::quiet_panics();
    cli::log::install();
    let cli = Cli::parse();
    let language = cli.ui_language.clone().map(|language| vec![language]);
    wording::choose(&language.unwrap_or_else(DesktopLanguageRequester::requested_languages));
    let Some(dirs) = Dirs::find(cli.data_dir.as_deref()) else {
        eprintln!("aloud: {}", cli::Obstacle::NoHome);
        return ExitCode::from(1);
    };
    if let Err(failure) = cli::policy::install(&cli::policy::places(cli.data_dir.as_deref())) {
        return cli::finish(Err(failure));
    }
    cli::vendors::install(&dirs);
    cli::servers::install(&dirs);
    match cli.command {
        #[cfg(feature = "ui")]
        Some(cli::Command::Demo(args)) if !args.check => window::open(&dirs, true),
        Some(command) => cli::run(command, &dirs),
        None if cli.headless => {
            let (password_stdin, password_for) = (cli.password_stdin, cli.password_for);
            let password = PasswordArgs { password_stdin, password_for };
            cli::finish(cli::mail::headless(&dirs, &password))
        }
        #[cfg(feature = "ui")]
        None => window::open(&dirs, false),
        #[cfg(not(feature = "ui"))]
        None => {
            eprintln!("aloud: {}", cli::Obstacle::NoWindow);
            ExitCode::from(2)
        }
    }
}
