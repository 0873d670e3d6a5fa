//! The process is killed at random moments while a script types and records in the window.
//!
//! Each run is a process of its own over a copy of a data folder ([`script`]). Its parent kills it
//! and opens what is left through the engine, every fourth time through a new window, too. Text that
//! was typed more than a second before, recipients and subject among it, and sound that was given
//! more than 200 ms before are there, nothing is torn, and nothing is offered twice. Both bounds are
//! counted in the time of the reports that the process writes. A tenth as many processes are asked to
//! end (SIGTERM) and lose nothing; a fifth as many are killed while they send, and the message is a
//! draft or in the outbox, never both, never neither. Every fourth kill a second process looks on
//! first, and can neither open nor remove what the other writes.
//!
//! 20 kills, or as many as `ALOUD_TEST_KILLS` says (`make reliability`: 200), and only when asked for:
//! other work on the computer's disk counts. The script of a run
//! follows from `ALOUD_TEST_SEED`; the moment of its end does not.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc as std_mpsc,
    },
    time::Instant,
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::*;
use crate::{
    codec::Pcm,
    engine::{DraftContent, Error, Listed, Recipient, read_take},
};

mod script;

const CHILD: &str = "ALOUD_TEST_KILL_CHILD";
/// The most text that may be missing, in milliseconds.
const TEXT: u64 = 1_000;
/// The most sound that may be missing, in milliseconds.
const SOUND: u64 = 200;
/// Samples that the microphone may have given while the recorder was being stopped: two pieces.
const STOPPING: usize = 160;
/// What a window that starts says about a draft.
const OFFERS: [&str; 2] = ["A draft was kept", "A recording was kept as a draft"];

/// How a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Aim {
    /// Killed while it types and records.
    Kill,
    /// Asked to end meanwhile.
    Terminate,
    /// Killed while it sends.
    Send,
}

/// What the script wrote into a composer.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Written {
    draft: String,
    to: Vec<String>,
    to_typed: String,
    subject: String,
    note: String,
}

impl Written {
    fn of(draft: &str, content: &DraftContent) -> Self {
        let name = |recipient: &Recipient| match recipient {
            Recipient::Address(address) => address.addr.to_string(),
            Recipient::Text(text) => text.clone(),
        };
        Self {
            draft: draft.to_owned(),
            to: content.to.iter().map(name).collect(),
            to_typed: content.to_typed.clone(),
            subject: content.subject.clone(),
            note: content.note.clone(),
        }
    }
}

/// What a process says, with its time in milliseconds.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
enum Report {
    /// The script begins, over this folder.
    Ready(PathBuf),
    /// A key is about to make this of the open composer.
    Will(Written),
    /// The window has got the key.
    Did(Written),
    /// Samples that the microphone has given; the draft that they are recorded into.
    Sound { given: usize, draft: Option<String> },
    /// The key that sends is about to be pressed.
    Sending,
    /// Everything ended in order.
    Ended,
}

/// What was lost in a run, and what was not.
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    text_lost: u64,
    sound_lost: u64,
    letters: usize,
    samples: usize,
    in_outbox: usize,
}

impl Journey {
    fn written(&mut self) -> Written {
        let composer = self.app.composer.as_mut().expect("a composer");
        let (_, parting) = composer.part();
        let parting = parting.expect("content");
        Written::of(parting.draft.as_str(), &parting.content)
    }
}

/// A server without mail: making that of the demo takes longer than a run.
fn server() -> Loopback {
    let server = Loopback::empty(DateTime::utc(1_760_434_800));
    server.add_user(DEMO_LOGIN, DEMO_LOGIN, &[demo_account().address]);
    server
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// Runs only in a process that the other test starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_is_killed() {
    let Ok(orders) = std::env::var(CHILD) else { return };
    script::run(serde_json::from_str(&orders).expect("orders")).await;
}

/// A process and what it has reported so far.
struct Running {
    child: Child,
    reports: std::thread::JoinHandle<Vec<(u64, Report)>>,
    begun: std_mpsc::Receiver<Begun>,
}

/// How far a process is.
enum Begun {
    /// The script begins, over this folder.
    Script(PathBuf),
    /// What is to be cut off begins.
    Work,
}

fn start(orders: &script::Orders) -> Running {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "ui::app::journey_tests::kill_tests::child_that_is_killed",
            "--exact",
            "--nocapture",
        ])
        .env(CHILD, serde_json::to_string(orders).expect("JSON"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let (tell, begun) = std_mpsc::channel();
    let aim = orders.aim;
    let reports = std::thread::spawn(move || {
        let mut reports = Vec::new();
        for line in lines.map_while(Result::ok) {
            // The harness writes the name of the test before the first report.
            let Some((time, json)) = line.split_once('@').and_then(|(_, l)| l.split_once(' '))
            else {
                continue;
            };
            // The last line may be cut off by the kill.
            let (Ok(time), Ok(report)) = (time.parse(), serde_json::from_str(json)) else {
                continue;
            };
            let begins = match aim {
                Aim::Send => matches!(report, Report::Sending),
                Aim::Kill | Aim::Terminate => matches!(report, Report::Did(_)),
            };
            if let Report::Ready(dir) = &report {
                let _ = tell.send(Begun::Script(dir.clone()));
            }
            reports.push((time, report));
            if begins {
                let _ = tell.send(Begun::Work);
            }
        }
        reports
    });
    Running { child, reports, begun }
}

/// One process from its start to its end, and what is left of what it wrote.
fn one(template: &Path, seed: u64, aim: Aim) -> Result<Figures, String> {
    let home = tempfile::tempdir().expect("a folder");
    let orders =
        script::Orders { template: template.to_owned(), home: home.path().to_owned(), seed, aim };
    let Running { mut child, reports, begun } = start(&orders);
    let wait = || begun.recv_timeout(Duration::from_secs(120));
    let (Ok(Begun::Script(there)), Ok(Begun::Work)) = (wait(), wait()) else {
        let _ = child.kill();
        return Err("the script never began".into());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut random = StdRng::from_os_rng();
    let pause = match aim {
        Aim::Send => random.random_range(0..400),
        Aim::Kill | Aim::Terminate => random.random_range(300..6_000),
    };
    std::thread::sleep(Duration::from_millis(pause));
    let looked = match aim {
        Aim::Kill if is_looked_at(seed) => runtime.block_on(look(&there)),
        Aim::Kill | Aim::Terminate | Aim::Send => Ok(()),
    };
    match aim {
        Aim::Kill | Aim::Send => child.kill().expect("killed"),
        Aim::Terminate => {
            let pid = child.id().to_string();
            let told = Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
            assert!(told.success());
        }
    }
    let Some(status) = ended(&mut child) else { return Err("it does not end".into()) };
    let reports = reports.join().expect("reports");
    if aim == Aim::Terminate && !status.success() {
        return Err(format!("asked to end, it ended with {status}"));
    }
    looked?;
    // The folder of the dead becomes ours.
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::remove_dir(dir.path()).expect("removed");
    std::fs::rename(there, dir.path()).expect("moved");
    runtime.block_on(compare(&reports, aim, Arc::new(dir), seed % 4 == 1))
}

/// How a process ended; one that does not is killed.
fn ended(child: &mut Child) -> Option<std::process::ExitStatus> {
    for _ in 0..1_200 {
        if let Some(status) = child.try_wait().expect("a process") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Whether a second process looks on in this run. The script keeps to one composer then.
fn is_looked_at(seed: u64) -> bool {
    seed % 4 == 2
}

/// Looks at the drafts from a second process while the first writes: what is open there is not
/// offered, and nobody else can open, change or remove it.
async fn look(dir: &Path) -> Result<(), String> {
    let engine = engine_in(dir, &server()).await;
    let offered = engine.drafts().await.expect("drafts");
    let mut answers = Vec::new();
    for Listed { draft, open } in engine.all_drafts().await.expect("drafts") {
        let id = draft.id;
        if open {
            answers.push(offered.iter().all(|other| other.id != id));
            let resumed = engine.resume_draft(id.clone()).await.map(drop);
            let restored = engine.restore_revision(id.clone(), draft.revision).await;
            let removed = engine.remove_draft(id).await;
            let refused = |answer| matches!(answer, Err(Error::DraftInUse));
            answers.extend([resumed, restored, removed].map(refused));
        }
    }
    engine.shutdown().await;
    if answers.contains(&false) {
        return Err(format!("a draft that is open elsewhere: {answers:?}"));
    }
    Ok(())
}

/// Compares what is left with what was reported, and looks at it in a window, which takes longer
/// than all else.
async fn compare(
    reports: &[(u64, Report)],
    aim: Aim,
    dir: Arc<tempfile::TempDir>,
    window: bool,
) -> Result<Figures, String> {
    let end = reports.last().expect("reports").0;
    let server = server();
    let engine = engine_on(&dir, &server).await;
    let listed = engine.all_drafts().await.expect("drafts");
    let rows = engine.outbox().await.expect("rows");
    let mut figures = Figures { in_outbox: rows.len(), ..Figures::default() };
    if listed.iter().any(|listed| listed.open) {
        return Err("the dead hold a draft".into());
    }
    let offered = engine.drafts().await.expect("drafts");
    let mut ids: Vec<_> = offered.iter().map(|draft| draft.id.clone()).collect();
    ids.sort();
    ids.dedup();
    if ids.len() != offered.len() || offered.len() != listed.len() {
        return Err(format!("{} drafts are offered as {}", ids.len(), offered.len()));
    }
    let written = by_draft(reports);
    let may_be_gone = match aim {
        Aim::Send if !rows.is_empty() => {
            let last = written.values().next().and_then(|all| all.last()).expect("a message");
            let to: Vec<_> = rows.iter().flat_map(|r| &r.to).map(|a| a.addr.to_string()).collect();
            if !offered.is_empty() || rows.len() != 1 || to != last.2.to {
                return Err(format!("{} rows and {} drafts", rows.len(), offered.len()));
            }
            true
        }
        Aim::Send | Aim::Kill | Aim::Terminate => false,
    };
    if !may_be_gone {
        for (id, states) in &written {
            let draft = listed.iter().find(|listed| listed.draft.id.as_str() == id);
            text_of(id, states, draft, end, aim, &mut figures)?;
            sound_of(id, reports, draft, end, aim, &mut figures)?;
        }
    }
    if window {
        offer(engine, server, dir, &offered).await?;
    } else {
        engine.shutdown().await;
    }
    Ok(figures)
}

/// What the script made of each composer: when, whether the window had got it, and what.
fn by_draft(reports: &[(u64, Report)]) -> BTreeMap<String, Vec<(u64, bool, Written)>> {
    let mut all = BTreeMap::<String, Vec<_>>::new();
    for (time, report) in reports {
        let (did, written) = match report {
            Report::Will(written) => (false, written),
            Report::Did(written) => (true, written),
            Report::Ready(_) | Report::Sound { .. } | Report::Sending | Report::Ended => continue,
        };
        all.entry(written.draft.clone()).or_default().push((*time, did, written.clone()));
    }
    all
}

fn text_of(
    id: &str,
    states: &[(u64, bool, Written)],
    draft: Option<&Listed>,
    end: u64,
    aim: Aim,
    figures: &mut Figures,
) -> Result<(), String> {
    let content = draft.map(|listed| listed.draft.content.clone()).unwrap_or_default();
    let kept = Written::of(id, &content);
    let Some(at) = states.iter().rposition(|(.., written)| *written == kept) else {
        let last = states.last().map(|(.., written)| written);
        return Err(format!("this was never written: {kept:?}; the last was {last:?}"));
    };
    figures.letters += kept.note.chars().count() + kept.subject.chars().count();
    let later = states.get(at..).unwrap_or_default();
    let missing = later.iter().find(|(_, did, written)| *did && *written != kept);
    let lost = missing.map_or(0, |(time, ..)| end - time);
    figures.text_lost = figures.text_lost.max(lost);
    let most = if aim == Aim::Terminate { 0 } else { TEXT };
    if lost > most {
        let last = states.last().map(|(.., written)| written);
        return Err(format!("text of {lost} ms is missing: {kept:?}; the last was {last:?}"));
    }
    Ok(())
}

fn sound_of(
    id: &str,
    reports: &[(u64, Report)],
    draft: Option<&Listed>,
    end: u64,
    aim: Aim,
    figures: &mut Figures,
) -> Result<(), String> {
    // What the microphone had given when, as long as this draft was recorded.
    let given: Vec<(u64, usize)> = reports
        .iter()
        .filter_map(|(time, report)| match report {
            Report::Sound { given, draft: Some(draft) } if draft == id => Some((*time, *given)),
            _ => None,
        })
        .collect();
    let Some((_, most)) = given.last().copied() else { return Ok(()) };
    let takes = draft.map(|listed| takes_of(&listed.draft.dir)).unwrap_or_default();
    figures.samples += takes.iter().map(|take| take.samples.len()).sum::<usize>();
    // Samples say which ones they are, up to their upper half.
    let number = |sample: i16| {
        let low = usize::from(sample as u16);
        let above = most + STOPPING;
        (0..=above / 65_536).rev().map(|high| high * 65_536 + low).find(|n| *n <= above)
    };
    let last = takes.iter().filter_map(|take| number(*take.samples.last()?)).max();
    let kept = last.map_or(0, |last| last + 1);
    // Only where it was held and gone on with may it be broken.
    let breaks: usize = takes.iter().map(|take| broken(&take.samples)).sum();
    let held = given.windows(2).filter(|pair| pair[1].0 - pair[0].0 > 60).count();
    if breaks > held + 1 {
        return Err(format!("the recording is broken {breaks} times, held {held} times"));
    }
    let at_end = end - given.last().map_or(end, |(time, _)| *time) < 20;
    let stopping = if at_end { 0 } else { STOPPING };
    let missing = given.iter().find(|(_, given)| *given > kept + stopping);
    let lost = missing.map_or(0, |(time, _)| end - time);
    figures.sound_lost = figures.sound_lost.max(lost);
    let fine = match aim {
        Aim::Terminate => kept + STOPPING >= most,
        Aim::Kill | Aim::Send => lost <= SOUND,
    };
    if fine { Ok(()) } else { Err(format!("sound of {lost} ms is missing: {kept} of {most}")) }
}

/// How often a recording does not go on with the next sample.
fn broken(samples: &[i16]) -> usize {
    samples.windows(2).filter(|pair| pair[1] != pair[0].wrapping_add(1)).count()
}

fn takes_of(dir: &Path) -> Vec<Pcm> {
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let takes = files.filter(|file| file.extension().is_some_and(|e| e == "wav"));
    takes.filter_map(|file| read_take(&file).ok()).collect()
}

/// The next start says in one sentence that something was kept, and one click brings it back.
async fn offer(
    engine: Engine,
    server: Loopback,
    dir: Arc<tempfile::TempDir>,
    offered: &[Draft],
) -> Result<(), String> {
    let mut j = Journey::window(engine, server, Arc::clone(&dir)).await;
    let said = j.texts().into_iter().filter(|text| OFFERS.contains(&text.as_str())).count();
    if said != usize::from(!offered.is_empty()) {
        return Err(format!("{} drafts are said {said} times: {:?}", offered.len(), j.texts()));
    }
    if let Some(newest) = offered.first() {
        j.click("Continue");
        let id = newest.id.clone();
        let begun = Instant::now();
        while j.app.composer.as_ref().is_none_or(|c| *c.draft() != id || c.is_waiting()) {
            if begun.elapsed() > Duration::from_secs(60) {
                return Err("the draft was never opened".into());
            }
            j.settle().await;
        }
        let shown = j.written();
        if shown != Written::of(newest.id.as_str(), &newest.content) {
            return Err(format!("the composer shows {shown:?}, kept was {:?}", newest.content));
        }
        // Whoever looks meanwhile is not offered it again.
        let other = engine_on(&dir, &j.server).await;
        let again = other.drafts().await.expect("drafts").iter().any(|draft| draft.id == id);
        other.shutdown().await;
        if again {
            return Err("a draft that is open is offered again".into());
        }
    }
    j.end().await;
    Ok(())
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

#[test]
#[ignore = "seconds of real time on a quiet computer: make reliability"]
fn killed_at_any_moment_a_second_of_text_and_200_ms_of_sound_are_all_that_is_missing() {
    let kills = setting("ALOUD_TEST_KILLS", 20) as usize;
    let seed = setting("ALOUD_TEST_SEED", 1);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let template = tempfile::tempdir().expect("a folder");
    runtime.block_on(async {
        let engine = engine_on(&template, &server()).await;
        let password = Some(Secret::new(DEMO_LOGIN.into()));
        engine.add_account(demo_account(), password).await.expect("an account");
        engine.import_file(demo_contacts(), "people.vcf".into()).await.expect("people");
        engine.shutdown().await;
    });
    let aims: Vec<Aim> = std::iter::repeat_n(Aim::Kill, kills)
        .chain(std::iter::repeat_n(Aim::Terminate, kills.div_ceil(10)))
        .chain(std::iter::repeat_n(Aim::Send, kills.div_ceil(5)))
        .collect();
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    // They mostly wait, so more of them run than there are cores.
    let lanes = 2 * std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..lanes.min(8) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    let Some(aim) = aims.get(at) else { return };
                    let outcome = one(template.path(), seed.wrapping_add(at as u64), *aim);
                    outcomes.lock().expect("outcomes").push((at, *aim, outcome));
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().expect("outcomes");
    let mut failures = Vec::new();
    for aim in [Aim::Kill, Aim::Terminate, Aim::Send] {
        let mut all = Figures::default();
        let mut runs = 0;
        for (at, _, outcome) in outcomes.iter().filter(|(_, of, _)| *of == aim) {
            runs += 1;
            match outcome {
                Ok(one) => {
                    all.text_lost = all.text_lost.max(one.text_lost);
                    all.sound_lost = all.sound_lost.max(one.sound_lost);
                    all.letters += one.letters;
                    all.samples += one.samples;
                    all.in_outbox += one.in_outbox;
                }
                Err(why) => failures.push(format!("run {at}, {aim:?}: {why}")),
            }
        }
        println!(
            "{aim:?}: {runs} runs; lost at most {} ms of text and {} ms of sound; kept {} letters, \
             {} ms of sound; {} in the outbox",
            all.text_lost,
            all.sound_lost,
            all.letters,
            all.samples / 8,
            all.in_outbox
        );
        // A run that writes nothing shows nothing.
        if aim == Aim::Kill && failures.is_empty() {
            assert!(all.letters > 5 * runs && all.samples > 800 * runs, "{all:?} in {runs} runs");
        }
    }
    assert!(failures.is_empty(), "seed {seed}:\n{}", failures.join("\n"));
}
