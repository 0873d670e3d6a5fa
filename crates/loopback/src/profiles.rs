//! Servers as the rows of `assets/servers.toml` say that they are: what each is known by, and what it
//! does to a client that does not treat it so. No row is without one; a test counts them.

use std::time::Duration;

use super::faults::{AtCommand, CommandFault, Faults, When};

/// A server that is like a row.
#[derive(Debug, Clone, Default)]
pub struct Scripted {
    /// The row.
    pub row: &'static str,
    /// Its IMAP and SMTP hosts, where it is known by them.
    pub hosts: Option<(&'static str, &'static str)>,
    /// What it does wrong over IMAP, always.
    pub imap: Faults,
    /// What it does wrong once, when everything is quiet.
    pub once: Faults,
    /// What it does wrong over SMTP, always, and at the first message.
    pub smtp: Faults,
    /// The same, at the first message only.
    pub first: Faults,
    /// A mailbox that it has in the place of Trash.
    pub trash: Option<&'static str>,
    /// It has INBOX only, and makes mailboxes under this only.
    pub top: Option<&'static str>,
}

type Says = (&'static [u8], &'static [u8]);

const GREETING: &[u8] = b"] Aloud loopback\r\n";
const ID: &[u8] = b"(\"name\" \"Aloud loopback\")";

fn every(verb: &'static str, fault: CommandFault) -> Vec<AtCommand> {
    vec![AtCommand { when: When::Every(verb), fault }]
}

fn answers(verb: &'static str, answer: &str) -> Vec<AtCommand> {
    every(verb, CommandFault::Answer(answer.into()))
}

fn hangs_up(verb: &'static str) -> Vec<AtCommand> {
    every(verb, CommandFault::Bye("What was that?".into()))
}

fn says(rewrite: &[Says]) -> Faults {
    Faults { rewrite: rewrite.to_vec(), ..Faults::default() }
}

fn at(imap: &'static str, smtp: &'static str) -> Scripted {
    Scripted { hosts: Some((imap, smtp)), ..Scripted::default() }
}

fn greets(with: &'static [u8]) -> Scripted {
    Scripted { imap: says(&[(GREETING, with)]), ..Scripted::default() }
}

fn introduces(with: &'static [u8]) -> Scripted {
    Scripted { imap: says(&[(ID, with)]), ..Scripted::default() }
}

/// One that refuses a move with these words, once.
fn refuses_once(words: &str) -> Scripted {
    Scripted {
        once: Faults { at: answers("MOVE", words), ..Faults::default() },
        ..Scripted::default()
    }
}

/// One that has no special use, and Trash under this name.
fn calls_trash(name: &'static str) -> Scripted {
    let hide_capabilities = vec!["SPECIAL-USE"];
    let imap = Faults { hide_capabilities, ..says(&[(b"\\Trash", b"\\X")]) };
    Scripted { imap, trash: Some(name), ..Scripted::default() }
}

/// RFC822.SIZE is a thousand octets too much, or more.
const LIES: Says = (b"RFC822.SIZE ", b"RFC822.SIZE 1");

impl Scripted {
    fn of(self, row: &'static str) -> Self {
        Self { row, ..self }
    }

    fn files(mut self) -> Self {
        self.smtp.files_sent = Some(Duration::from_secs(3));
        self
    }

    fn lies(mut self) -> Self {
        self.imap.rewrite.push(LIES);
        self
    }

    fn whole(mut self) -> Self {
        self.imap.ignore_partial = true;
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Faults)) -> Self {
        change(&mut self.imap);
        self
    }
}

/// One server for each row.
#[must_use]
pub fn scripted() -> Vec<Scripted> {
    let first = |reply: &str| Scripted {
        first: Faults { refuse_data: Some(reply.into()), ..Faults::default() },
        ..Scripted::default()
    };
    vec![
        at("imap.gmail.com", "smtp.gmail.com").files().of("gmail"),
        at("outlook.office365.com", "smtp.office365.com").files().of("microsoft-365"),
        greets(b"] The Microsoft Exchange IMAP4 service is ready. [QUJD]\r\n")
            .lies()
            .of("exchange"),
        refuses_once("BAD User is authenticated but not connected.").of("exchange-not-connected"),
        greets(b"] Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5 ready.\r\n")
            .lies()
            .whole()
            .of("exchange-2003"),
        at("imap.mail.me.com", "smtp.mail.me.com")
            .files()
            .with(|imap| imap.at = hangs_up("ENABLE"))
            .of("icloud"),
        at("imap.mail.yahoo.com", "smtp.mail.yahoo.com")
            .with(|imap| imap.most_in_set = Some(100))
            .of("yahoo"),
        at("imap.aol.com", "smtp.aol.com").with(|imap| imap.most_in_set = Some(100)).of("aol"),
        at("imap.zoho.eu", "smtp.zoho.eu").files().of("zoho"),
        greets(b"] Proton Mail Bridge 03.20 - gluon session ID 1\r\n").files().of("proton-bridge"),
        greets(b"] IMAP4rev1 DavMail 6.2 server ready\r\n").files().lies().of("davmail"),
        at("imap.163.com", "smtp.163.com")
            .with(|imap| (imap.wants_id, imap.hide_capabilities) = (true, vec!["ID"]))
            .of("netease"),
        greets(b"] Coremail System IMap Server Ready\r\n")
            .with(|imap| (imap.wants_id, imap.hide_capabilities) = (true, vec!["ID"]))
            .of("coremail"),
        at("imap.exmail.qq.com", "smtp.exmail.qq.com").whole().of("qq"),
        at("imap.purelymail.com", "smtp.purelymail.com")
            .with(|imap| imap.at = [hangs_up("ID"), hangs_up("ENABLE")].concat())
            .of("purelymail"),
        at("imap.migadu.com", "smtp.migadu.com")
            .with(|imap| imap.at = answers("AUTHENTICATE", "NO [AUTHENTICATIONFAILED] No"))
            .of("migadu"),
        at("imap.yandex.com", "smtp.yandex.com").of("yandex"),
        greets(b"] Domino IMAP4 Server Release 10.0.1FP3 ready\r\n").lies().whole().of("domino"),
        greets(b"] GroupWise IMAP4rev1 Server Ready\r\n").lies().whole().of("groupwise"),
        greets(b"] IMAPrev1\r\n")
            .whole()
            .with(|imap| imap.forgets_keywords = true)
            .of("hmailserver"),
        greets(b"] Winmail Mail Server IMAP ready\r\n")
            .with(|imap| imap.wandering_validity = true)
            .of("winmail"),
        introduces(b"(\"NAME\" \"Zimbra\" \"VERSION\" \"7.1.4_GA_2555\")")
            .with(|imap| {
                let fault = CommandFault::Bye("LIST ended me".into());
                imap.at = vec![AtCommand { when: When::Says("RETURN ("), fault }];
            })
            .of("zimbra-old"),
        Scripted {
            top: Some("INBOX."),
            ..greets(b"] Courier-IMAP ready. Copyright 1998-2018 Double Precision, Inc.\r\n").with(
                |imap| {
                    imap.hide_capabilities = vec!["NAMESPACE"];
                    let no = CommandFault::Answer("NO Invalid mailbox name".into());
                    let beside = |says| AtCommand { when: When::Says(says), fault: no.clone() };
                    imap.at = ["CREATE \"A", "CREATE \"S", "CREATE \"T"].map(beside).to_vec();
                },
            )
        }
        .of("courier"),
        Scripted {
            smtp: says(&[(b"demo.loopback ESMTP Aloud loopback", b"*****************0*2****2**")]),
            ..Scripted::default()
        }
        .of("smtp-cisco"),
        at("imap.example.com", "email-smtp.eu-west-1.amazonaws.com").of("smtp-amazon"),
        refuses_once("NO Maximum number of connections from user exceeded")
            .of("dovecot-connections"),
        refuses_once("NO Rate limit exceeded").of("rate"),
        first("550 5.4.5 Daily user sending quota exceeded.").of("submission-quota"),
        first("451 4.0.0 Message too large").of("too-large"),
        calls_trash("Papierkorb").of("german"),
        calls_trash("Corbeille").of("french"),
        calls_trash("Lixeira").of("spanish"),
        calls_trash("Cestino").of("italian"),
        calls_trash("&XfJSIJZk-").of("chinese"),
    ]
}
