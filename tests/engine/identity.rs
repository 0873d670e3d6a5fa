//! Who a message is from is told with its source: a name or number of the header never stands alone,
//! a telephone system is not answered, and only the user's own server says what it checked (RFC 8601).

use aloud::{
    engine::{Confirmation, Contact, ContactEmail, ContactTel, Error, ListRow, Opened},
    message::Refusal,
    model::ContactId,
};

use crate::support::user::{Desk, addr, refused};

fn mail(from: &str, id: &str, fields: &str) -> String {
    format!(
        "{fields}From: {from}\nTo: robin@example.com\nSubject: Hello\nMessage-ID: <{id}@example.net>\n\
         Date: Tue, 04 Mar 2025 09:10:00 +0000\nContent-Type: text/plain\n\nHello\n"
    )
}

async fn deliver(desk: &Desk, message: &str) -> ListRow {
    desk.deliver(message);
    desk.sync().await;
    desk.inbox().await.last().expect("a row").clone()
}

async fn open(desk: &Desk, message: &str) -> Opened {
    let row = deliver(desk, message).await;
    desk.engine.open(row.key).await.expect("opened")
}

async fn person(desk: &Desk, name: &str, address: &str, number: &str) -> ContactId {
    let contact = Contact {
        name: name.into(),
        emails: vec![ContactEmail { addr: addr(address), vpim: false, preferred: true }],
        tels: vec![ContactTel { number: number.into(), kinds: Vec::new() }],
        ..Contact::default()
    };
    desk.engine.save_contact(contact).await.expect("saved")
}

#[tokio::test]
async fn a_name_that_equals_a_contacts_is_not_that_contact() {
    let desk = Desk::new().await;
    let id = person(&desk, "HSBC Bank", "service@bank.example", "+44 20 7946 0000").await;
    let spoof = "HSBC Bank <thief@evil.example>";
    let forged =
        "Caller-ID: 442079460000\nCaller-Name: HSBC Bank\nMessage-Context: voice-message\n";
    for (from, fields) in
        [(spoof, ""), (spoof, forged), ("\"service@bank.example\" <thief@evil.example>", "")]
    {
        let row = deliver(&desk, &mail(from, &format!("s{}", fields.len()), fields)).await;
        assert_eq!(row.contact, None, "{from} {fields}");
        assert!(
            row.via.as_deref() == Some("thief@evil.example") || row.sender == "thief@evil.example",
            "the true address is there: {row:?}"
        );
    }
    let true_one = deliver(&desk, &mail("Whoever <service@bank.example>", "t", "")).await;
    assert_eq!((true_one.contact, true_one.via), (Some(id), None));
    assert_eq!(true_one.sender, "HSBC Bank", "as the directory has it");
    // Nothing is claimed where the address itself is shown.
    let bare = deliver(&desk, &mail("ann@example.net", "b", "")).await;
    assert_eq!((bare.sender.as_str(), bare.via), ("ann@example.net", None));
}

#[tokio::test]
async fn a_telephone_system_is_no_sender_to_answer() {
    let desk = Desk::new().await;
    let pbx = |id: &str| {
        mail(
            "Asterisk PBX <asterisk@vm.example.com>",
            id,
            "X-Asterisk-VM-Message-Num: 1\nX-Asterisk-VM-Caller-ID-Num: 12125551234\n\
             X-Asterisk-VM-Caller-ID-Name: Alice Adams\n",
        )
        .replace("text/plain", "audio/basic")
    };
    let opened = open(&desk, &pbx("one")).await;
    let reason = opened.mail.may_reply.reason();
    assert!(matches!(reason, Some(Refusal::OutsideCaller { number: Some(_) })), "{reason:?}");
    assert_eq!(opened.mail.reply_to, None);
    assert_eq!(opened.row.via.as_deref(), Some("asterisk@vm.example.com"));
    assert_eq!(opened.caller, None);
    // Whom the directory knows by the number is offered, and only where it is one person.
    let alice = person(&desk, "Alice Adams", "alice@example.net", "+1 212 555 1234").await;
    let opened = open(&desk, &pbx("two")).await;
    let known = opened.caller.expect("known by the number");
    assert_eq!((known.contact, known.name.as_str()), (alice, "Alice Adams"));
    assert_eq!(known.address.map(|a| a.addr), Some(addr("alice@example.net")));
    assert_eq!(opened.row.contact, None, "a number in a header makes nobody a contact");
    person(&desk, "Reception", "desk@example.net", "12125551234").await;
    assert_eq!(open(&desk, &pbx("three")).await.caller, None, "two people have this number");
}

#[tokio::test]
async fn only_the_topmost_word_of_the_own_server_counts() {
    let desk = Desk::new().await;
    let said = |server: &str, verdict: &str| {
        format!("Authentication-Results: {server}; dmarc={verdict} header.from=bank.example\n")
    };
    let bank = "Bank <service@bank.example>";
    let check =
        async |id: &str, fields: &str| open(&desk, &mail(bank, id, fields)).await.confirmation;
    let failed = |server: &str| Confirmation::Failed {
        domain: "bank.example".into(),
        server: server.into(),
    };
    // The account's own domain needs no learning.
    assert_eq!(check("a", &said("mx.example.com", "fail")).await, failed("mx.example.com"));
    assert_eq!(check("b", &said("mx.example.com", "pass")).await, Confirmation::Confirmed);
    let missing = Confirmation::Missing { domain: "bank.example".into() };
    assert_eq!(check("c", &said("mx.example.com", "none")).await, missing);
    // A field further down is the sender's own, and so may be a name nobody knows.
    let both = said("mx.example.com", "fail") + &said("mx.example.com", "pass");
    assert_eq!(check("d", &both).await, failed("mx.example.com"));
    assert_eq!(check("e", &said("evil.example", "pass")).await, Confirmation::NotChecked);
    assert_eq!(
        check("f", &said("example.com.evil.example", "fail")).await,
        Confirmation::NotChecked
    );
    assert_eq!(check("g", "").await, Confirmation::NotChecked);
}

#[tokio::test]
async fn the_own_servers_name_is_learned_from_the_inbox() {
    let desk = Desk::new().await;
    let said =
        |verdict: &str| format!("Authentication-Results: mx.provider.example; dmarc={verdict}\n");
    for n in 0..4 {
        let from = format!("P{n} <p@d{n}.example>");
        let opened = open(&desk, &mail(&from, &format!("l{n}"), &said("pass"))).await;
        assert_eq!(opened.confirmation, Confirmation::NotChecked, "after {n}");
    }
    let opened = open(&desk, &mail("Bank <b@bank.example>", "last", &said("fail"))).await;
    assert!(matches!(opened.confirmation, Confirmation::Failed { .. }), "{opened:?}");
}

#[tokio::test]
async fn the_source_of_a_private_message_is_its_header() {
    let desk = Desk::new().await;
    let row = deliver(&desk, &mail("Ann <ann@example.net>", "p", "Sensitivity: Private\n")).await;
    let shown = desk.engine.source(row.key).await.expect("shown");
    let shown = String::from_utf8_lossy(&shown).into_owned();
    assert!(shown.starts_with("Sensitivity: Private") && shown.ends_with("\r\n\r\n"), "{shown}");
    let open = deliver(&desk, &mail("Ann <ann@example.net>", "o", "")).await;
    let whole = desk.engine.source(open.key).await.expect("shown");
    assert!(whole.ends_with(b"Hello\r\n"));
}

#[tokio::test]
async fn a_pdf_is_lent_to_the_program_of_the_system_and_nothing_else_is() {
    let desk = Desk::new().await;
    let pdf = |id: &str, fields: &str, body: &str| {
        mail("Ann <ann@example.net>", id, fields)
            .replace("text/plain", "application/pdf; name=\"run.sh\"")
            .replace("\n\nHello\n", &format!("\n\n{body}\n"))
    };
    let key = deliver(&desk, &pdf("p", "", "%PDF-1.4 hello")).await.key;
    let file = desk.engine.lend_pdf(key, "1".into()).await.expect("lent");
    assert_eq!(file.extension().and_then(|e| e.to_str()), Some("pdf"));
    assert!(file.starts_with(desk.dir.path()));
    assert!(std::fs::read(&file).expect("there").starts_with(b"%PDF-1.4"));
    let script = deliver(&desk, &pdf("s", "", "#!/bin/sh")).await.key;
    let outcome = desk.engine.lend_pdf(script, "1".into()).await;
    assert!(matches!(outcome, Err(Error::NotFound(_))), "{outcome:?}");
    let private = pdf("x", "Sensitivity: Private\n", "%PDF-1.4 hello");
    let private = deliver(&desk, &private).await.key;
    refused(desk.engine.lend_pdf(private, "1".into()).await);
}
