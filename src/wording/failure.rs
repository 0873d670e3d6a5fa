//! Why something was not done: a message in the outbox that was not sent, or not yet; what the
//! engine refuses; what is wrong with what it was given.

use super::{delivery, problem, refusal};
use crate::{
    engine::{
        Broken, Error, Failure, FailureWhy, Invalid, Missing, Refusal, SignInFault, SyncFault,
        store::Rebuilt,
    },
    message::{Dsn, dsn},
};

/// Why the engine refuses something, in one sentence.
#[must_use]
pub fn refused(reason: &Refusal) -> String {
    match reason {
        Refusal::Message(reason) => refusal::refusal(reason),
        Refusal::ReceiptTooEarly => fl!("refused-receipt-too-early"),
        Refusal::ReceiptSettled => fl!("refused-receipt-settled"),
        Refusal::NoReceipt => fl!("refused-no-receipt"),
        Refusal::OnItsWay => fl!("refused-on-its-way"),
        Refusal::TakenBack => fl!("refused-taken-back"),
        Refusal::OnlySound(address) => fl!("refused-only-sound", address = address.as_str()),
        Refusal::NonMailUser(address) => fl!("refused-no-mail", address = address.as_str()),
        Refusal::SeveralCards => fl!("refused-several-cards"),
        Refusal::CardConflict { in_use, new } => {
            fl!("refused-card-conflict", new = new, inuse = in_use)
        }
        Refusal::OlderCard(name) => fl!("refused-older-card", name = name),
        other => other.to_string(),
    }
}

/// What is wrong with what the engine was given, in one sentence that says what to change.
#[must_use]
pub fn invalid(reason: &Invalid) -> String {
    let shown = |path: &std::path::Path| path.display().to_string();
    match reason {
        Invalid::NoRecipient => fl!("invalid-no-recipient"),
        Invalid::NothingRecorded => fl!("invalid-nothing-recorded"),
        Invalid::NotDownloaded => fl!("invalid-not-downloaded"),
        Invalid::PartTooLarge { most } => fl!("invalid-part-too-large", most = size(*most, false)),
        Invalid::PartWithin { path } => fl!("invalid-part-within", path = path.as_str()),
        Invalid::TooLarge { most, .. } => fl!("invalid-too-large", most = size(*most, false)),
        Invalid::TooBigForServer { octets, most } => {
            fl!("invalid-too-big-for-server", most = size(*most, false), size = size(*octets, true))
        }
        Invalid::NoFrom => fl!("invalid-no-from"),
        Invalid::NoAccount(address) => fl!("invalid-no-account", address = address.as_str()),
        Invalid::Compose(error) => refusal::compose(error),
        Invalid::Receipt(said) => fl!("invalid-receipt", said = said),
        Invalid::BareLineEnd => fl!("invalid-bare-line-end"),
        Invalid::NoLineEnd => fl!("invalid-no-line-end"),
        Invalid::NotSevenBit => fl!("failure-not-7bit"),
        Invalid::NotAsciiAddress => fl!("failure-not-ascii-address"),
        Invalid::Path(address) => fl!("invalid-path", address = address.as_str()),
        Invalid::Flag => fl!("invalid-flag"),
        Invalid::ServerName(host) => fl!("invalid-server-name", host = host),
        Invalid::ServerIncomplete(service) => {
            fl!("invalid-server-incomplete", service = service.as_str())
        }
        Invalid::Unencrypted(service) => fl!("invalid-unencrypted", service = service.as_str()),
        Invalid::NotOfProvider(host) => fl!("invalid-not-of-provider", host = host),
        Invalid::OwnAddress(address) => fl!("invalid-own-address", address = address.as_str()),
        Invalid::NotAllowed(address) => fl!("invalid-not-allowed", address = address.as_str()),
        Invalid::NoUser => fl!("invalid-no-user"),
        Invalid::AccountExists(address) => {
            fl!("invalid-account-exists", address = address.as_str())
        }
        Invalid::Undecodable(error) => problem::audio(error),
        Invalid::NoProgram => fl!("invalid-no-program"),
        Invalid::NotAProgram(program) => fl!("invalid-not-a-program", program = shown(program)),
        Invalid::ProgramFailed { program, said } => {
            fl!("invalid-program-failed", program = shown(program), said = said)
        }
        Invalid::ProgramTooSlow => fl!("invalid-program-too-slow"),
        Invalid::ProgramGaveNothing(said) => fl!("invalid-program-gave-nothing", said = said),
        Invalid::ContactWithoutName => fl!("invalid-contact-without-name"),
        Invalid::EmptySpokenName => fl!("invalid-empty-spoken-name"),
        Invalid::LongSpokenName => fl!("invalid-long-spoken-name"),
        Invalid::NoCard => fl!("invalid-no-card"),
        Invalid::EmptyCard => fl!("invalid-empty-card"),
        Invalid::BadCard(said) => fl!("invalid-bad-card", said = said),
        Invalid::LargeCardFile => fl!("directory-file-too-large"),
        other => other.to_string(),
    }
}

/// An error of the engine in one sentence, with what to do about it.
#[must_use]
pub fn error(error: &Error) -> String {
    match error {
        Error::Refused(reason) => refused(reason),
        Error::Invalid(reason) => invalid(reason),
        Error::Auth(_) => fl!("error-password"),
        Error::PasswordNeeded => fl!("error-password-needed"),
        Error::SignIn(fault) => sign_in(fault),
        Error::NoKeyring(_) => fl!("account-no-keyring"),
        Error::Certificate(_) => fl!("error-certificate"),
        Error::NoEncryption => fl!("account-no-encryption"),
        Error::NoSignIn => fl!("error-no-sign-in"),
        Error::WrongSecurity { host, expects } => {
            let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
            fl!("account-wrong-security", host = name, port = port, expects = expects.words())
        }
        Error::Unreachable { host, .. } => fl!("error-unreachable", host = host),
        Error::Server(text) => fl!("error-server", text = text),
        Error::Protocol(_) => fl!("error-protocol"),
        Error::Store(_) => fl!("error-store"),
        Error::Unread(_) => fl!("error-unread"),
        Error::Altered => fl!("error-altered"),
        Error::DiskFull => fl!("error-disk-full"),
        Error::Damaged(_) => fl!("error-damaged"),
        Error::FolderBusy => fl!("error-folder-busy"),
        Error::NewerDatabase { .. } => fl!("error-newer-database"),
        Error::NotFound(_) => fl!("error-not-found"),
        Error::NotEditable => fl!("outbox-not-editable"),
        Error::DraftInUse => fl!("error-draft-in-use"),
        Error::Broke => fl!("error-broke"),
        Error::Stopped | _ => fl!("error-other"),
    }
}

/// Why there is no access token, in one sentence, with what to do about it.
fn sign_in(fault: &SignInFault) -> String {
    match fault {
        SignInFault::Needed => fl!("sign-in-needed"),
        SignInFault::Expired => fl!("sign-in-expired"),
        SignInFault::Refused(code) if code.is_empty() => fl!("sign-in-refused"),
        SignInFault::Refused(code) => fl!("sign-in-refused-code", code = code),
        SignInFault::TooLate => fl!("sign-in-too-late"),
        SignInFault::NoClient => fl!("sign-in-no-client"),
        SignInFault::NoDevice => fl!("sign-in-no-device"),
        SignInFault::NoRefresh => fl!("sign-in-no-refresh"),
        SignInFault::BadIssuer | _ => fl!("sign-in-bad-issuer"),
    }
}

/// What was done about a damaged database or damaged unsent mail, and what that means.
#[must_use]
pub fn rebuilt(rebuilt: &Rebuilt) -> (String, String) {
    let database = rebuilt.aside.as_ref().map(|aside| {
        let folder = aside.display().to_string();
        if rebuilt.strays == 0 {
            fl!("rebuilt-line", folder = folder)
        } else {
            fl!("rebuilt-line-strays", folder = folder)
        }
    });
    let strays = (rebuilt.strays > 0).then(|| {
        let folder = rebuilt.folder.display().to_string();
        fl!("rebuilt-strays", count = rebuilt.strays, folder = folder)
    });
    let line: Vec<String> = database.into_iter().chain(strays).collect();
    (fl!("rebuilt"), line.join(" "))
}

/// The same for a terminal, with what helps to find the cause: what is missing, why there is no
/// connection, what the system or a library said.
#[must_use]
pub fn in_full(failed: &Error) -> String {
    let detail = |said: String| match said.as_str() {
        "" => error(failed),
        said => fl!("error-detail", sentence = error(failed), detail = said),
    };
    match failed {
        Error::NotFound(what) => missing(what),
        Error::Unreachable { host, reason } => {
            fl!("error-unreachable-why", host = host, why = broken(reason))
        }
        Error::Auth(said) | Error::Store(said) | Error::Unread(said) | Error::Damaged(said) => {
            detail(said.clone())
        }
        Error::Protocol(fault) => detail(fault.to_string()),
        Error::NoKeyring(fault) => detail(fault.to_string()),
        Error::Certificate(fault) => match &fault.fingerprint {
            Some(print) => detail(fl!(
                "certificate-shown",
                reason = &fault.reason,
                fingerprint = print.to_string()
            )),
            None => detail(fault.to_string()),
        },
        _ => error(failed),
    }
}

/// What was asked for and is not there, in one sentence.
#[must_use]
pub fn missing(what: &Missing) -> String {
    match what {
        Missing::Message(key) => fl!("missing-message", number = key.to_string()),
        Missing::Part(path) => fl!("missing-part", path = path),
        Missing::Account(id) => fl!("missing-account", number = id.to_string()),
        Missing::Mailbox(id) => fl!("missing-mailbox", number = id.to_string()),
        Missing::Queued(id) => fl!("missing-queued", number = id.to_string()),
        Missing::Operation(id) => fl!("missing-operation", number = id.0.to_string()),
        Missing::Draft(id) => fl!("cli-draft-gone", id = id),
        Missing::Revision(number, draft) => {
            fl!("missing-revision", number = number.to_string(), draft = draft)
        }
        Missing::Contact(id) => fl!("missing-contact", number = id.to_string()),
        Missing::SpokenName(_) => fl!("missing-spoken-name"),
        Missing::Listed => fl!("missing-listed"),
        Missing::ListedOnce => fl!("missing-listed-once"),
        Missing::Recording => fl!("missing-recording"),
        Missing::Pdf => fl!("missing-pdf"),
        Missing::Sender => fl!("missing-sender"),
        Missing::VendorTable => fl!("missing-vendor-table"),
        Missing::Undo => fl!("missing-undo"),
        Missing::Uid(_) | Missing::Row => fl!("error-not-found"),
    }
}

/// What failed in a pass, and where.
#[must_use]
pub fn in_pass(fault: &SyncFault) -> String {
    let why = in_full(&fault.error);
    match (&fault.mailbox, fault.uid) {
        (Some(mailbox), Some(uid)) => {
            fl!("sync-fault-message", mailbox = mailbox, uid = uid.0.to_string(), why = why)
        }
        (Some(mailbox), None) => fl!("sync-fault-mailbox", mailbox = mailbox, why = why),
        (None, _) => why,
    }
}

/// Why there is no connection: no capital, no full stop, to stand inside a sentence.
#[must_use]
pub fn broken(reason: &Broken) -> String {
    match reason {
        Broken::NoConnection => fl!("broken-no-connection"),
        Broken::NoTls => fl!("broken-no-tls"),
        Broken::Handshake(said) => fl!("broken-handshake", said = said),
        Broken::Silent | Broken::SilentAfterMessage => fl!("broken-silent"),
        Broken::NotReading => fl!("broken-not-reading"),
        Broken::Endless => fl!("broken-endless"),
        Broken::Closed => fl!("broken-closed"),
        Broken::Goodbye(said) => fl!("broken-goodbye", said = said),
        Broken::Http(status) => fl!("broken-http", status = status.to_string()),
        Broken::Reply(code) => fl!("broken-reply", code = code.to_string()),
        Broken::Asleep => fl!("broken-asleep"),
        Broken::Offline => fl!("broken-offline"),
        Broken::Said(said) => said.clone(),
        other => other.to_string(),
    }
}

/// Octets in kB or MB; up, or down, so that a limit and what is just over it are told apart.
fn size(octets: u64, up: bool) -> String {
    let whole = |unit: u64| if up { octets.div_ceil(unit) } else { octets / unit };
    match octets {
        0..1_000_000 => format!("{} kB", whole(1_000)),
        _ => {
            let tenths = whole(100_000);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

/// The reason in one sentence.
#[must_use]
pub fn sentence(failure: &Failure) -> String {
    match failure.why {
        FailureWhy::Refused => meaning(failure).unwrap_or_else(|| reply(failure)),
        FailureWhy::GaveUp => fl!("failure-gave-up"),
        FailureWhy::Credentials => fl!("failure-credentials", said = &failure.said),
        FailureWhy::NoPassword => fl!("failure-no-password"),
        FailureWhy::SignedOut => fl!("failure-signed-out"),
        FailureWhy::NotSmtp => fl!("failure-not-smtp"),
        FailureWhy::OddReply => fl!("failure-odd-reply"),
        FailureWhy::NoSignIn => fl!("error-no-sign-in"),
        FailureWhy::NoKeyring => fl!("failure-no-keyring"),
        FailureWhy::Certificate => fl!("failure-certificate"),
        FailureWhy::NoEncryption => fl!("failure-no-encryption"),
        FailureWhy::WrongEncryption => fl!("failure-wrong-encryption"),
        FailureWhy::Malformed if failure.said.is_empty() => fl!("failure-malformed"),
        FailureWhy::Malformed => fl!("failure-malformed-said", said = &failure.said),
        FailureWhy::TooBig => fl!("failure-too-big"),
        FailureWhy::NotSevenBit => fl!("failure-not-7bit"),
        FailureWhy::NotAsciiAddress => fl!("failure-not-ascii-address"),
        FailureWhy::DiskFull => fl!("error-disk-full"),
        FailureWhy::Altered => fl!("failure-altered"),
        FailureWhy::Unread => fl!("failure-unread"),
        FailureWhy::Folder => fl!("failure-folder"),
        FailureWhy::NotAllowed => fl!("failure-not-allowed"),
        FailureWhy::Broken => fl!("failure-broken"),
        FailureWhy::Ended => fl!("failure-ended"),
        FailureWhy::Unreadable => fl!("failure-unreadable", said = &failure.said),
        FailureWhy::None | FailureWhy::Other if failure.said.is_empty() => {
            fl!("failure-unknown")
        }
        FailureWhy::None | FailureWhy::Other => failure.said.clone(),
    }
}

/// What the server said, word for word, where [`sentence`] says what it means.
#[must_use]
pub fn said(failure: &Failure) -> Option<String> {
    match failure.why {
        FailureWhy::TooBig => Some(failure.said.clone()),
        _ => meaning(failure).map(|_| reply(failure)),
    }
}

/// What the refusal of a recipient means, where its enhanced code (RFC 3463) or its words tell.
fn meaning(failure: &Failure) -> Option<String> {
    let recipient = failure.recipient.as_ref()?;
    let class = if failure.code? >= 500 { "5.0.0" } else { "4.0.0" };
    let mut report = Dsn {
        recipient: recipient.to_string(),
        action: dsn::Action::Failed,
        status: class.into(),
        ..Dsn::default()
    };
    let vague = delivery::sentence(&report);
    report.diagnostic = Some(failure.said.clone());
    let exact = delivery::sentence(&report);
    (exact != vague).then_some(exact)
}

/// `ada@example.net: 550 5.1.1 no`.
fn reply(failure: &Failure) -> String {
    let code = failure.code.map(|code| format!("{code} ")).unwrap_or_default();
    match &failure.recipient {
        Some(recipient) => format!("{recipient}: {code}{}", failure.said),
        None => format!("{code}{}", failure.said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        codec,
        model::{AddrSpec, MessageKey, Uid},
    };

    #[test]
    fn sizes_are_told_apart() {
        let over = |octets, most| invalid(&Invalid::TooBigForServer { octets, most });
        assert_eq!(
            over(2_050_000, 2_000_000),
            "The server takes messages up to 2.0 MB, and this one has 2.1 MB. Shorten the \
             recording, or leave something out."
        );
        assert!(over(10_240, 10_000).contains("up to 10 kB, and this one has 11 kB."));
    }

    #[test]
    fn a_terminal_is_told_the_cause_as_well() {
        let host = "imap.example.com:993".to_owned();
        let missing = |what| Error::NotFound(what);
        for (failed, expected) in [
            (missing(Missing::Message(MessageKey(7))), "There is no message 7."),
            (missing(Missing::Part("2.1".into())), "The message has no part 2.1 that can be read."),
            (
                Error::Unreachable { host, reason: Broken::Silent },
                "imap.example.com:993 can’t be reached: no answer in time.",
            ),
            (
                Error::Store("disk full".into()),
                "This computer’s disk can’t be read or written. Check that it isn’t full. (disk full)",
            ),
            (Error::DraftInUse, "This draft is open in another window."),
        ] {
            assert_eq!(in_full(&failed), expected);
        }
        let error = Error::Server("[LIMIT] later".into());
        let mailbox = Some("Fax".to_owned());
        let at = SyncFault { mailbox, uid: Some(Uid(5)), error };
        assert_eq!(in_pass(&at), "Fax, message 5: The server said: [LIMIT] later");
    }

    #[test]
    fn reasons_become_sentences_with_what_they_are_about() {
        let ada = || AddrSpec::parse("ada@example.net").expect("an address");
        for (said, expected) in [
            (
                refused(&Refusal::OnlySound(ada())),
                "Voicemail at ada@example.net only plays sound. Record a message instead.",
            ),
            (
                refused(&Refusal::CardConflict { in_use: "201".into(), new: "202".into() }),
                "The card has 202 where 201 is in use.",
            ),
            (
                invalid(&Invalid::AccountExists(ada())),
                "There is already an account for ada@example.net.",
            ),
            (
                invalid(&Invalid::Unencrypted(crate::engine::Service::Smtp)),
                "SMTP without encryption is accepted for 127.0.0.1 and ::1 only.",
            ),
            (
                invalid(&Invalid::Undecodable(codec::Error::Unsupported("x-odd".into()))),
                &problem::audio(&codec::Error::Unsupported("x-odd".into())),
            ),
        ] {
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn a_refusal_says_what_it_means_and_what_was_said() {
        let refused = |code, text: &str, recipient| Failure {
            why: FailureWhy::Refused,
            code: Some(code),
            recipient,
            said: text.into(),
        };
        let bo = || AddrSpec::parse("bo@example.net").ok();
        for (code, text, meaning, word) in [
            (
                550,
                "5.1.1 no",
                "There is no mailbox bo at example.net.",
                "bo@example.net: 550 5.1.1 no",
            ),
            (
                452,
                "4.2.2 over",
                "The mailbox is full, so the system at example.net turned your message away.",
                "bo@example.net: 452 4.2.2 over",
            ),
            (
                550,
                "user unknown",
                "There is no mailbox bo at example.net.",
                "bo@example.net: 550 user unknown",
            ),
        ] {
            let failure = refused(code, text, bo());
            assert_eq!(sentence(&failure), meaning);
            assert_eq!(said(&failure).as_deref(), Some(word));
        }
        let vague = refused(550, "no", bo());
        assert_eq!((sentence(&vague).as_str(), said(&vague)), ("bo@example.net: 550 no", None));
        let other = refused(554, "5.7.1 not you", None);
        assert_eq!((sentence(&other).as_str(), said(&other)), ("554 5.7.1 not you", None));
        for why in [FailureWhy::GaveUp, FailureWhy::Ended, FailureWhy::None] {
            assert!(sentence(&Failure::new(why)).ends_with('.'), "{why:?}");
        }
    }
}
