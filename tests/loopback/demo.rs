//! Every message of the demo mailbox, read as the program reads it.

use aloud::{
    loopback::{Loopback, Protocol},
    message::{Mail, inspect::ReadOptions},
    model::{DateTime, Flag},
};

fn demo() -> Loopback {
    Loopback::demo(DateTime { unix: 1_760_431_380, offset_minutes: 60 })
}

fn read(server: &Loopback, mailbox: &str) -> Vec<(Mail, bool, Vec<u8>)> {
    let mailbox = server.mailbox(mailbox).expect("there");
    let message = |m: &aloud::loopback::mailboxes::Message| {
        let mail = Mail::read(&m.octets, &ReadOptions::default());
        (mail, m.flags.contains(&Flag::Seen), m.octets.to_vec())
    };
    mailbox.messages().iter().map(message).collect()
}

#[test]
fn every_message_reads_as_it_should() {
    let server = demo();
    for mailbox in ["INBOX", "Sent"] {
        for (m, seen, octets) in read(&server, mailbox) {
            println!(
                "{mailbox} {} {:?} | {:?} | {:?} {:?} {:?} out={} | {:?} pages {:?} | {seen} | {} octets | fwd {:?} save {:?} reply {:?} | {:?} | cards {:?} | rec {:?} | rep {:?} | prob {:?} | tr {:?} | text {:?} | parts {:?} | inner {:?} {:?}\n",
                m.kind.as_str(), m.profile, m.subject, m.sender.name, m.sender.address.as_ref().map(|a|a.to_string()), m.sender.number, m.sender.outside_caller, m.duration, m.pages,
                octets.len(), m.may_forward, m.may_save, m.reply_to, m.importance, m.cards, m.receipt, m.report, m.problems, m.transcript, m.text,
                m.parts.iter().map(|p| (p.role.as_str(), p.decodable, p.seconds)).collect::<Vec<_>>(), m.forwarded.len(), m.date,
            );
        }
    }
    let _ = Protocol::Imap;
    panic!();
}
