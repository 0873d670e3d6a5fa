//! Bodies that are there before anybody asks.

use std::{sync::Arc, time::Duration};

use aloud::{
    codec::{self, fax::Bitmap},
    engine::{Event, Scope},
    loopback::{CommandFault, Faults, Loopback, Protocol, When},
    model::{DateTime, Flag, MessageKey, MessageKind, Uid},
};
use tokio::{sync::Semaphore, time::sleep};

use super::{
    account::{HOUR, NOW, World, server, world},
    sending::VPIM,
};
use crate::support::user::{Desk, START};

/// A message of about so many octets.
fn large(server: &Loopback, octets: usize) -> Uid {
    let text = "0123456789\r\n".repeat(octets / 12);
    let mail = format!("From: bo@example.net\r\nSubject: large\r\n\r\n{text}");
    server.deliver("INBOX", mail.into_bytes(), &[], NOW).expect("delivered")
}

/// A world with three large messages, of which the first two are wanted ahead.
async fn three() -> (World, [MessageKey; 3]) {
    let world = world(server(0));
    let uids = [0; 3].map(|_| large(&world.server, 200_000));
    world.sync().await;
    let keys = uids.map(|uid| world.memory.key("INBOX", uid.0));
    world.memory.lock().ahead = keys[..2].to_vec();
    (world, keys)
}

fn complete(world: &World) -> Vec<MessageKey> {
    let rows = world.memory.mailbox("INBOX").rows;
    rows.into_values().filter(|row| row.complete).map(|row| MessageKey(row.key)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_wanted_comes_by_itself_and_only_where_it_may() {
    let (world, keys) = three().await;
    world.task.set_online(true);
    sleep(HOUR).await;
    assert_eq!(complete(&world), [], "nobody allowed it");
    assert_eq!(world.memory.lock().ahead_asked, 0);
    world.task.set_prefetch(true);
    sleep(HOUR).await;
    assert_eq!(complete(&world), keys[..2]);
    // Not without a connection of its own accord.
    let (world, _) = three().await;
    world.task.set_prefetch(true);
    world.sync().await;
    sleep(HOUR).await;
    assert_eq!(complete(&world), []);
}

#[tokio::test(start_paused = true)]
async fn what_the_user_opens_goes_before() {
    let (world, keys) = three().await;
    let gate = Arc::new(Semaphore::new(0));
    world.memory.lock().gate = Some(Arc::clone(&gate));
    world.task.set_prefetch(true);
    world.task.set_online(true);
    while world.memory.lock().order.is_empty() {
        sleep(Duration::from_millis(1)).await;
    }
    // The first slice of what is wanted ahead is just being stored when somebody asks for another.
    let fetch = world.task.fetch_body(keys[2]);
    tokio::pin!(fetch);
    assert!(futures::poll!(&mut fetch).is_pending());
    gate.add_permits(1000);
    fetch.await.expect("fetched");
    let order: Vec<MessageKey> = world.memory.lock().order.iter().map(|(key, _)| *key).collect();
    assert_eq!(order[0], keys[0]);
    let asked = order.iter().filter(|key| **key == keys[2]).count();
    assert!(asked > 1, "in several slices: {order:?}");
    assert!(order[1..=asked].iter().all(|key| *key == keys[2]), "{order:?}");
    sleep(HOUR).await;
    assert_eq!(complete(&world), keys);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_at_it_is_left_alone() {
    let (mut world, keys) = three().await;
    let drop = Faults::once(When::Verb("FETCH", 1), CommandFault::Drop);
    world.task.set_online(true);
    world.until("up", |event, _| matches!(event, Event::AccountChanged(_))).await;
    sleep(Duration::from_secs(5)).await;
    world.server.fault_always(Protocol::Imap, drop);
    world.task.set_prefetch(true);
    sleep(HOUR * 24).await;
    let tried = world.memory.lock().ahead_asked;
    assert!((1..=3).contains(&tried), "{tried}");
    assert_eq!(complete(&world), []);
    // What the user asks for is another matter.
    world.server.fault_always(Protocol::Imap, Faults::default());
    world.task.fetch_body(keys[0]).await.expect("fetched");
}

/// Three pages of noise, too many octets for a beginning.
fn fax(id: &str) -> String {
    use base64::Engine as _;
    let mut page = Bitmap::blank(1728, 300, 204.0, 98.0);
    let mut noise = 1u32;
    for y in 0..300 {
        for x in 0..1728 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if noise >> 30 == 0 {
                page.set(x, y);
            }
        }
    }
    let tiff = codec::fax::encode(&[page.clone(), page.clone(), page]);
    let tiff = base64::engine::general_purpose::STANDARD.encode(tiff);
    let lines: Vec<&str> =
        tiff.as_bytes().chunks(76).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    let tiff = lines.join("\n");
    assert!((200_000..1_000_000).contains(&tiff.len()), "{}", tiff.len());
    format!(
        "From: fax@example.net\nTo: robin@example.com\nSubject: Fax\nMessage-ID: <{id}@example.net>\n\
         Date: Tue, 04 Mar 2025 09:00:00 +0000\nMIME-Version: 1.0\nContent-Type: image/tiff; application=faxbw\n\
         Content-Transfer-Encoding: base64\n\n{tiff}\n"
    )
}

/// Over the real store: which messages are worth it.
#[tokio::test]
async fn small_unheard_recordings_and_faxes_are_there_unasked() {
    let desk = Desk::new().await;
    let voice = |id: &str, minute: u32, seconds: usize| {
        let sound = "iIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI\n";
        VPIM.replace("<v@", &format!("<{id}@"))
            .replace("09:11", &format!("09:{minute:02}"))
            .replace(
                "iIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI\n",
                &sound.repeat(seconds * 79),
            )
    };
    // Oldest first: once the oldest is whole, all that was wanted has been fetched.
    desk.deliver(&fax("fax"));
    desk.deliver(&voice("wanted", 10, 60));
    desk.deliver(&voice("large", 20, 300));
    let octets = voice("heard", 30, 60).replace('\n', "\r\n").into_bytes();
    desk.server.deliver("INBOX", octets, &[Flag::Seen], DateTime::utc(START)).expect("delivered");
    let text = format!(
        "From: Cy <cy@example.net>\nSubject: Long\nMessage-ID: <t@example.net>\n\
        Date: Tue, 04 Mar 2025 09:40:00 +0000\n\n{}",
        "words and words\n".repeat(20_000)
    );
    desk.deliver(&text);
    let mut events = desk.engine.events();
    desk.engine.go_online().await.expect("online");
    loop {
        events.recv().await.expect("an event");
        let fax = desk.list(Scope::Fax).await.rows;
        if let Some(row) = fax.first()
            && desk.engine.peek(row.key).await.expect("a fax").complete
        {
            assert_eq!(row.pages, Some(3), "{row:?}");
            break;
        }
    }
    let mut whole = Vec::new();
    for row in desk.inbox().await {
        let peeked = desk.engine.peek(row.key).await.expect("a message");
        if peeked.complete {
            whole.push(peeked.mail.message_id.clone().unwrap_or_default());
        }
        if row.kind == MessageKind::Voice && !peeked.complete {
            assert!(peeked.have.0 <= 2 * 128 * 1024, "{:?}", peeked.have);
        }
    }
    assert_eq!(whole, ["fax@example.net", "wanted@example.net"]);
    desk.engine.shutdown().await;
}
