//! Rows of the table: measuring both sides in turn, and printing.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// How long the passes of one side in one round should take together.
const ROUND: Duration = Duration::from_millis(150);

#[derive(Clone, Copy)]
pub enum Unit {
    /// Nanoseconds for each of so many items, with what to call that.
    PerItem(&'static str, f64),
    Milliseconds,
    Microseconds,
}

impl Unit {
    fn show(self, nanoseconds: f64) -> String {
        match self {
            Self::PerItem(name, items) => format!("{:.3} {name}", nanoseconds / items),
            Self::Milliseconds => format!("{:.2} ms", nanoseconds / 1e6),
            Self::Microseconds => format!("{:.1} µs", nanoseconds / 1e3),
        }
    }
}

/// A driver of `benches/peers`.
pub struct Peer {
    name: &'static str,
    task: String,
    file: PathBuf,
}

impl Peer {
    /// A driver in C, named after the library.
    pub fn c(name: &'static str, task: &str, file: &Path) -> Self {
        Self { name, task: task.into(), file: file.into() }
    }

    /// Python's own mail package.
    pub fn python(task: &str, file: &Path) -> Self {
        Self::c("Python", task, file)
    }

    fn command(&self, drivers: &Path) -> Command {
        if self.name == "Python" {
            let mut command = Command::new("python3");
            command.arg(script("mail.py"));
            return command;
        }
        Command::new(drivers.join(self.name))
    }

    /// Nanoseconds of the fastest of some passes.
    fn run(&self, drivers: &Path, passes: u32) -> Option<f64> {
        let mut command = self.command(drivers);
        command.arg(&self.task).arg(&self.file).arg(passes.to_string());
        figures(command)?.first().copied()
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers").join(name)
}

/// The numbers in a line "WORD,NUMBER,...".
fn figures(mut command: Command) -> Option<Vec<f64>> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let line = String::from_utf8(output.stdout).ok()?;
    line.trim().split(',').skip(1).map(|figure| figure.parse().ok()).collect()
}

pub struct Table<'a> {
    rounds: u32,
    only: &'a str,
    drivers: &'a Path,
}

impl<'a> Table<'a> {
    pub fn new(rounds: u32, only: &'a str, drivers: &'a Path) -> Self {
        Self { rounds: rounds.max(1), only, drivers }
    }

    pub fn head(&self) {
        println!("| What | Aloud | Peer | takes | Aloud is so many times as fast |");
        println!("| --- | --- | --- | --- | --- |");
    }

    pub fn wants(&self, what: &str) -> bool {
        what.to_lowercase().contains(&self.only.to_lowercase())
    }

    fn print(what: &str, ours: &str, peer: &str, theirs: &str, ratio: Option<f64>) {
        let ratio = ratio.map_or_else(|| "-".into(), |ratio| format!("{ratio:.2}"));
        println!("| {what} | {ours} | {peer} | {theirs} | {ratio} |");
    }

    /// One piece of work against peers.
    pub fn row(&mut self, what: &str, unit: Unit, peers: &[Peer], mut work: impl FnMut()) {
        if !self.wants(what) {
            return;
        }
        let passes = passes(&mut work);
        let mut ours = f64::MAX;
        let mut theirs = vec![None; peers.len()];
        for _ in 0..self.rounds {
            ours = ours.min(fastest(&mut work, passes));
            for (best, peer) in theirs.iter_mut().zip(peers) {
                // Interpreted programs are slow; a few passes are enough.
                let passes = if peer.name == "Python" { passes.min(5) } else { passes };
                let taken = peer.run(self.drivers, passes);
                *best = match (*best, taken) {
                    (Some(best), Some(taken)) => Some(f64::min(best, taken)),
                    (best, taken) => best.or(taken),
                };
            }
        }
        let shown = unit.show(ours);
        if peers.is_empty() {
            Self::print(what, &shown, "", "", None);
        }
        for (peer, best) in peers.iter().zip(theirs) {
            let time = best.map_or_else(|| "not installed".into(), |best| unit.show(best));
            Self::print(what, &shown, peer.name, &time, best.map(|best| best / ours));
        }
    }

    /// One piece of work against another in this process.
    pub fn row_beside(
        &mut self,
        what: &str,
        unit: Unit,
        peer: &str,
        mut other: impl FnMut(),
        mut work: impl FnMut(),
    ) {
        if !self.wants(what) {
            return;
        }
        let counts = (passes(&mut work), passes(&mut other));
        let (mut ours, mut theirs) = (f64::MAX, f64::MAX);
        for _ in 0..self.rounds {
            ours = ours.min(fastest(&mut work, counts.0));
            theirs = theirs.min(fastest(&mut other, counts.1));
        }
        Self::print(what, &unit.show(ours), peer, &unit.show(theirs), Some(theirs / ours));
    }

    /// Two programs from start to end, with their peak memory.
    pub fn programs(&mut self, what: &str, ours: Command, theirs: Command) {
        if !self.wants(what) {
            return;
        }
        let mut best = [None::<(f64, f64)>; 2];
        for _ in 0..self.rounds {
            for (best, command) in best.iter_mut().zip([&ours, &theirs]) {
                let mut timed = Command::new("python3");
                timed.arg(script("process.py")).arg("10").arg(command.get_program());
                timed.args(command.get_args());
                if let Some([taken, memory]) = figures(timed).as_deref() {
                    let (a, b) = best.unwrap_or((f64::MAX, f64::MAX));
                    *best = Some((a.min(*taken), b.min(*memory)));
                }
            }
        }
        let show = |side: Option<(f64, f64)>| match side {
            Some((taken, kib)) => format!("{:.1} ms, {:.1} MiB", taken / 1e6, kib / 1024.0),
            None => "not installed".into(),
        };
        let [ours, theirs] = best;
        let ratio = ours.zip(theirs).map(|(ours, theirs)| theirs.0 / ours.0);
        Self::print(what, &show(ours), "Python", &show(theirs), ratio);
    }
}

fn time(work: &mut impl FnMut()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// How often the work fits into a round, after it has run to warm up.
fn passes(work: &mut impl FnMut()) -> u32 {
    let once = time(work).min(time(work)).max(Duration::from_nanos(100));
    ((ROUND.as_secs_f64() / once.as_secs_f64()) as u32).clamp(3, 10_000)
}

/// Nanoseconds of the fastest pass.
fn fastest(work: &mut impl FnMut(), passes: u32) -> f64 {
    let best = (0..passes).map(|_| time(work)).min().unwrap_or_default();
    best.as_nanos() as f64
}
