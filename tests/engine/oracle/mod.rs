//! Random histories against a model (docs/reliability.md G1, G2, G7, G12): a user and another client
//! act on the same mailboxes, servers of several kinds refuse, break off and fall silent, mailboxes
//! are renumbered and renamed, backups are played back, messages go out, and the program ends
//! anywhere, also in the middle of a transaction's consequences. When all is quiet, what the server
//! holds, what is shown and what the model allows must be the same.
//!
//! The gate plays a few; `make reliability` plays as many as it is told. A history that fails is
//! played again with `ALOUD_TEST_SEED`.

mod line;
mod world;

use aloud::{
    loopback::{AtCommand, CommandFault, DropAfterData, Faults, Protocol, When},
    model::imap::MailboxRole,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use line::End;
use world::{PLACES, World};

/// What servers cannot do.
const SERVERS: [&[&str]; 6] = [
    &[],
    &["QRESYNC"],
    &["MOVE", "QRESYNC"],
    &["MOVE", "UIDPLUS"],
    &["CONDSTORE", "QRESYNC", "LIST-STATUS"],
    &["MOVE", "UIDPLUS", "CONDSTORE", "QRESYNC", "LIST-STATUS", "IDLE"],
];

const VERBS: [&str; 9] =
    ["FETCH", "STORE", "COPY", "MOVE", "EXPUNGE", "SELECT", "SEARCH", "LIST", "APPEND"];
const STEPS: [&str; 4] = ["EHLO", "MAIL", "RCPT", "DATA"];

/// A server of a kind; its faults last.
fn kind(rng: &mut StdRng) -> Faults {
    Faults {
        hide_capabilities: SERVERS.choose(rng).expect("some").to_vec(),
        duplicate_fetch: rng.random_ratio(1, 8),
        fetch_descending: rng.random_ratio(1, 8),
        ..Faults::default()
    }
}

/// What goes wrong on one connection of such a server.
fn fault(rng: &mut StdRng, kind: &Faults, protocol: Protocol) -> Faults {
    let mut faults = kind.clone();
    match rng.random_range(0..8) {
        0 => faults.cut_output = Some(rng.random_range(0..4_000)),
        1 => faults.cut_input = Some(rng.random_range(0..1_500)),
        2 => faults.stall_output = Some(rng.random_range(0..4_000)),
        3 if protocol == Protocol::Smtp => {
            let taken = rng.random_bool(0.5);
            let drop = if taken { DropAfterData::Taken } else { DropAfterData::Lost };
            faults.drop_after_data = Some(drop);
        }
        _ => {
            let verb = match protocol {
                Protocol::Imap => VERBS.choose(rng).expect("some"),
                Protocol::Smtp => STEPS.choose(rng).expect("some"),
            };
            let answers: &[&str] = match protocol {
                Protocol::Imap => &[
                    "NO [UNAVAILABLE] later",
                    "NO [INUSE] later",
                    "NO [LIMIT] slower",
                    "NO [OVERQUOTA] full",
                    "NO never",
                    "BAD what?",
                ],
                Protocol::Smtp => &["451 4.3.0 later", "421 4.3.2 bye", "452 4.2.2 full"],
            };
            let what = match rng.random_range(0..5) {
                0 => CommandFault::Drop,
                1 => CommandFault::RunAndDrop,
                2 => CommandFault::Stall,
                3 => CommandFault::Bye("maintenance".into()),
                _ => CommandFault::Answer((*answers.choose(rng).expect("some")).into()),
            };
            let when = match rng.random_bool(0.3) {
                true => When::Every(verb),
                false => When::Verb(verb, rng.random_range(1..4)),
            };
            faults.at.push(AtCommand { when, fault: what });
        }
    }
    faults
}

fn place(rng: &mut StdRng) -> &'static str {
    PLACES.choose(rng).expect("some")
}

fn deliver(world: &mut World, rng: &mut StdRng) {
    let own = world.letters.len();
    let id = match rng.random_range(0..10) {
        0 => None,
        // A scanner that gives every page the same.
        1 | 2 => Some(rng.random_range(0..=own)),
        _ => Some(own),
    };
    let place = match rng.random_range(0..10) {
        0..6 => "INBOX",
        6 => "Projects",
        _ => place(rng),
    };
    world.deliver(place, id, rng.random_bool(0.3));
}

async fn step(world: &mut World, rng: &mut StdRng, kind: &Faults) {
    let picks: Vec<usize> = (0..rng.random_range(1..4)).map(|_| rng.random_range(0..50)).collect();
    let letter = rng.random_range(0..world.letters.len());
    match rng.random_range(0..100) {
        0..8 => deliver(world, rng),
        8..16 => world.other_marks(letter, rng.random_bool(0.5)),
        16..24 => {
            let to = if rng.random_bool(0.2) { None } else { Some(place(rng)) };
            world.other_moves(letter, to);
        }
        24..26 => world.renumber(place(rng)),
        26 => world.play_back(),
        27 => {
            // Most of the time the user has just asked for something there.
            match rng.random_range(0..3) {
                0 => world.marks("Projects", &picks, rng.random_bool(0.5)).await,
                1 => world.moves("Projects", &picks, MailboxRole::Archive).await,
                _ => {}
            }
            let looks = [1, 100, 4_000];
            let looks: Vec<u64> =
                (0..rng.random_range(1..4)).map(|_| *looks.choose(rng).expect("some")).collect();
            world.rename_for_a_while(&looks).await;
        }
        28..42 => {
            let to = [MailboxRole::Archive, MailboxRole::Trash, MailboxRole::Inbox];
            world.moves(place(rng), &picks, *to.choose(rng).expect("some")).await;
        }
        42..52 => world.marks(place(rng), &picks, rng.random_bool(0.5)).await,
        52..58 => world.undoes().await,
        58..62 => world.opens(place(rng), picks[0]).await,
        62..66 => world.sends().await,
        66..76 => {
            let protocol = if rng.random_bool(0.7) { Protocol::Imap } else { Protocol::Smtp };
            let fault = fault(rng, kind, protocol);
            if std::env::var_os("ALOUD_TEST_SEED").is_some() {
                eprintln!("{protocol:?} {fault:?}");
            }
            world.server.fault_next(protocol, fault);
        }
        76..84 => world.syncs().await,
        84..90 => world.settles().await,
        90..93 => world.later(rng.random_range(1..4_000)).await,
        93..96 => world.restart().await,
        _ => {
            let end = [End::Before, End::After, End::Stored];
            let end = *end.choose(rng).expect("some");
            world.line.end_at(end, rng.random_range(0..40));
            world.works().await;
            world.kill().await;
        }
    }
}

/// What was left to the user: messages that may have been sent, and moves that ended in the middle.
type Left = (usize, usize);

async fn history(seed: u64) -> Left {
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut world = World::new().await;
    let kind = kind(rng);
    world.server.fault_always(Protocol::Imap, kind.clone());
    for _ in 0..rng.random_range(1..12) {
        deliver(&mut world, rng);
    }
    world.syncs().await;
    for _ in 0..rng.random_range(1..4) {
        for _ in 0..rng.random_range(5..25) {
            step(&mut world, rng, &kind).await;
        }
        if rng.random_ratio(1, 3) {
            world.all_but(rng.random_range(0..world.letters.len()), &kind).await;
        }
        world.quiet().await;
    }
    (world.open, world.doubled)
}

/// A day's work; ends where the program does.
async fn day(world: &mut World) {
    for n in 0..4 {
        world.deliver("INBOX", (n != 1).then_some(n), n == 3);
    }
    world.deliver("Projects", Some(2), false);
    world.syncs().await;
    for part in 0..9 {
        if world.line.has_ended() {
            return;
        }
        match part {
            0 => {
                world.marks("INBOX", &[0, 2], true).await;
                world.moves("INBOX", &[0, 1], MailboxRole::Archive).await;
            }
            1 => world.sends().await,
            2 => world.works().await,
            3 => {
                world.other_marks(2, true);
                world.other_moves(3, Some("Projects"));
                world.deliver("INBOX", Some(5), false);
                world.syncs().await;
            }
            4 => world.moves("Archive", &[0], MailboxRole::Trash).await,
            5 => world.undoes().await,
            6 => world.works().await,
            7 => world.opens("INBOX", 0).await,
            _ => world.other_moves(2, None),
        }
    }
}

/// Plays the day on a server and ends the program at one moment; false when it came to its end.
async fn ended(hidden: &[&'static str], end: End, left: u64) -> bool {
    let mut world = World::new().await;
    let kind = Faults { hide_capabilities: hidden.to_vec(), ..Faults::default() };
    world.server.fault_always(Protocol::Imap, kind);
    world.line.end_at(end, left);
    day(&mut world).await;
    let ended = world.line.has_ended();
    if ended {
        world.kill().await;
        world.quiet().await;
    }
    ended
}

/// In the gate some of the moments, on two kinds of servers; all of them with
/// `ALOUD_TEST_HISTORIES`.
#[test]
fn an_end_at_any_write_loses_and_doubles_nothing() {
    let all = number("ALOUD_TEST_HISTORIES").is_some();
    let (servers, stride) = if all { (&SERVERS[..], 1) } else { (&SERVERS[2..4], 23) };
    let (mut points, mut failed) = (0, Vec::new());
    for (server, hidden) in servers.iter().enumerate() {
        for end in [End::Before, End::After, End::Stored] {
            for left in (0..).step_by(stride) {
                let played = std::panic::catch_unwind(|| run(ended(hidden, end, left)));
                match played {
                    Ok(false) => break,
                    Ok(true) => points += 1,
                    Err(_) => failed.push((server, end, left)),
                }
            }
        }
    }
    assert!(failed.is_empty(), "after {points} others: {failed:?}");
    eprintln!("{points} moments");
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// In a runtime of its own, whose clock stands still while anybody works.
fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(work)
}

#[test]
fn random_histories_end_as_the_server_and_lose_nothing() {
    if let Some(seed) = number("ALOUD_TEST_SEED") {
        run(history(seed));
        return;
    }
    let (count, first) = (number("ALOUD_TEST_HISTORIES").unwrap_or(24), number("ALOUD_TEST_FIRST"));
    let mut failed = Vec::new();
    let mut left = (0, 0);
    for seed in (first.unwrap_or(0)..).take(usize::try_from(count).expect("fits")) {
        match std::panic::catch_unwind(|| run(history(seed))) {
            Ok((open, doubled)) => left = (left.0 + open, left.1 + doubled),
            Err(_) => {
                eprintln!("history {seed} failed");
                failed.push(seed);
            }
        }
    }
    assert!(failed.is_empty(), "of {count} histories these failed: {failed:?}");
    let (open, doubled) = left;
    eprintln!(
        "{count} histories; {open} messages perhaps sent, {doubled} moves ended in the middle"
    );
}
