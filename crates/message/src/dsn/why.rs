//! Why a message did not arrive: the codes of RFC 3463 section 3 and the registry of RFC 5248, and
//! for codes that say little what servers say in plain text. `words` has the sentences.

use crate::Dsn;

/// Why a message did not arrive, as far as people can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is no such mailbox.
    NoMailbox,
    /// The domain has no mail system.
    NoSystem,
    /// The address is written wrongly.
    BadAddress,
    /// Several mailboxes answer to the address.
    Ambiguous,
    /// The mailbox has moved.
    Moved,
    /// The mailbox belongs to somebody else now.
    OtherOwner,
    /// Our own address is not accepted.
    OwnAddress,
    /// The mailbox takes no messages.
    NotTaking,
    /// The mailbox is full.
    Full,
    /// The message is too big.
    TooBig,
    /// The list could not be expanded.
    ListBroken,
    /// The system has run out of space.
    NoSpace,
    /// The system takes no messages just now.
    SystemDown,
    /// The system is set up wrongly.
    Misconfigured,
    /// The system cannot keep a message private.
    NotPrivate,
    /// The system does not answer.
    NoAnswer,
    /// The connection broke.
    BrokeOff,
    /// The domain could not be looked up.
    LookUp,
    /// The system is congested.
    Busy,
    /// The message went round in a loop.
    Loop,
    /// The systems disagree about the protocol.
    Protocol,
    /// Too many recipients at once.
    TooManyPeople,
    /// The media type is not supported.
    Media,
    /// The media are refused; for a private message, because it is private.
    MayBePrivate,
    /// The message could not be converted.
    Conversion,
    /// The system takes ASCII addresses only.
    Letters,
    /// The sender may not write to this mailbox.
    NotAllowed,
    /// The sender may not write to this list.
    NotOnList,
    /// The system requires encryption.
    Encrypt,
    /// The submission server requires a sign-in.
    SignIn,
    /// Our account is disabled.
    OwnAccount,
    /// The sender could not be authenticated (SPF, DKIM, DMARC).
    Unconfirmed,
    /// The message was taken for spam.
    Spam,
    /// The content is refused.
    Content,
    /// Our mail server stands on a block list.
    Listed,
    /// The server relays no mail for us.
    Relay,
    /// Too many messages in a short time.
    TooMuchMail,
    /// Grey-listed: to be tried again later.
    Postponed,
    /// Nothing but the subject digit is known.
    Subject(u16),
}

/// Subject and detail (RFC 3463 section 3 and the registry of RFC 5248).
const CODES: [((u16, u16), Why); 66] = [
    ((1, 0), Why::BadAddress),
    ((1, 1), Why::NoMailbox),
    ((1, 2), Why::NoSystem),
    ((1, 3), Why::BadAddress),
    ((1, 4), Why::Ambiguous),
    ((1, 6), Why::Moved),
    ((1, 7), Why::OwnAddress),
    ((1, 8), Why::OwnAddress),
    ((1, 9), Why::Protocol),
    ((1, 10), Why::NoSystem),
    ((2, 1), Why::NotTaking),
    ((2, 2), Why::Full),
    ((2, 3), Why::TooBig),
    ((2, 4), Why::ListBroken),
    ((3, 1), Why::NoSpace),
    ((3, 2), Why::SystemDown),
    ((3, 3), Why::NotPrivate),
    ((3, 4), Why::TooBig),
    ((3, 5), Why::Misconfigured),
    ((4, 0), Why::NoAnswer),
    ((4, 1), Why::NoAnswer),
    ((4, 2), Why::BrokeOff),
    ((4, 3), Why::LookUp),
    ((4, 4), Why::NoSystem),
    ((4, 5), Why::Busy),
    ((4, 6), Why::Loop),
    ((4, 7), Why::NoAnswer),
    // Those of Exchange.
    ((4, 14), Why::Loop),
    ((4, 300), Why::NoAnswer),
    ((4, 310), Why::NoSystem),
    ((4, 312), Why::LookUp),
    ((4, 316), Why::NoAnswer),
    ((1, 351), Why::NoMailbox),
    ((5, 3), Why::TooManyPeople),
    ((6, 0), Why::MayBePrivate),
    ((6, 1), Why::Media),
    ((6, 2), Why::Conversion),
    ((6, 3), Why::Conversion),
    ((6, 4), Why::Conversion),
    ((6, 5), Why::Conversion),
    ((6, 7), Why::Letters),
    ((6, 8), Why::Letters),
    ((6, 9), Why::Letters),
    ((7, 1), Why::NotAllowed),
    ((7, 2), Why::NotOnList),
    ((7, 3), Why::Conversion),
    ((7, 4), Why::Encrypt),
    ((7, 8), Why::SignIn),
    ((7, 10), Why::Encrypt),
    ((7, 11), Why::Encrypt),
    ((7, 12), Why::SignIn),
    ((7, 13), Why::OwnAccount),
    ((7, 14), Why::SignIn),
    ((7, 16), Why::TooBig),
    ((7, 17), Why::OtherOwner),
    ((7, 18), Why::OtherOwner),
    ((7, 20), Why::Unconfirmed),
    ((7, 21), Why::Unconfirmed),
    ((7, 22), Why::Unconfirmed),
    ((7, 23), Why::Unconfirmed),
    ((7, 24), Why::Unconfirmed),
    ((7, 25), Why::Listed),
    ((7, 26), Why::Unconfirmed),
    ((7, 27), Why::OwnAddress),
    ((7, 28), Why::TooMuchMail),
    ((7, 29), Why::Unconfirmed),
];

/// What servers say in plain text, in lower case; the first that is found counts. Lists of senders
/// have “spam” in their names and stand before it, and so do the proofs of a sender before “blocked”.
const PHRASES: [(&str, Why); 112] = [
    ("user unknown", Why::NoMailbox),
    ("unknown user", Why::NoMailbox),
    ("no such user", Why::NoMailbox),
    ("not a known user", Why::NoMailbox),
    ("user not found", Why::NoMailbox),
    ("user doesn't exist", Why::NoMailbox),
    ("unknown recipient", Why::NoMailbox),
    ("recipient unknown", Why::NoMailbox),
    ("no such recipient", Why::NoMailbox),
    ("recipient not found", Why::NoMailbox),
    ("recipientnotfound", Why::NoMailbox),
    ("invalid recipient", Why::NoMailbox),
    ("unknown mailbox", Why::NoMailbox),
    ("mailbox not found", Why::NoMailbox),
    ("no such mailbox", Why::NoMailbox),
    ("no mailbox here", Why::NoMailbox),
    ("no mailbox found", Why::NoMailbox),
    ("nonexistent user", Why::NoMailbox),
    ("non-existent user", Why::NoMailbox),
    ("unknown address", Why::NoMailbox),
    ("does not exist", Why::NoMailbox),
    ("not unique", Why::Ambiguous),
    ("account is blocked", Why::NotTaking),
    ("account disabled", Why::NotTaking),
    ("account has been disabled", Why::NotTaking),
    ("account is disabled", Why::NotTaking),
    ("mailbox disabled", Why::NotTaking),
    ("mailbox is disabled", Why::NotTaking),
    ("host or domain name not found", Why::NoSystem),
    ("domain name not found", Why::NoSystem),
    ("domain not found", Why::NoSystem),
    ("host not found", Why::NoSystem),
    ("host unknown", Why::NoSystem),
    ("unknown host", Why::NoSystem),
    ("unknown domain", Why::NoSystem),
    ("no such domain", Why::NoSystem),
    ("nxdomain", Why::NoSystem),
    ("name service error", Why::LookUp),
    ("dns lookup", Why::LookUp),
    ("dns query", Why::LookUp),
    ("mailbox full", Why::Full),
    ("mailbox is full", Why::Full),
    ("quota", Why::Full),
    ("enough space", Why::Full),
    ("space limit", Why::Full),
    ("storage limit", Why::Full),
    ("out of storage", Why::Full),
    ("insufficient system storage", Why::NoSpace),
    ("insufficient disk space", Why::NoSpace),
    ("too large", Why::TooBig),
    ("too big", Why::TooBig),
    ("message size", Why::TooBig),
    ("size limit", Why::TooBig),
    ("exceeds size", Why::TooBig),
    ("too many recipients", Why::TooManyPeople),
    ("loops back", Why::Loop),
    ("too many hops", Why::Loop),
    ("mail loop", Why::Loop),
    ("routing loop", Why::Loop),
    ("dmarc", Why::Unconfirmed),
    ("dkim", Why::Unconfirmed),
    ("spf ", Why::Unconfirmed),
    ("sender policy framework", Why::Unconfirmed),
    ("unauthenticated email", Why::Unconfirmed),
    ("mismatches client ip", Why::Unconfirmed),
    ("starttls", Why::Encrypt),
    ("tls required", Why::Encrypt),
    ("tls is required", Why::Encrypt),
    ("encryption required", Why::Encrypt),
    ("encryption is required", Why::Encrypt),
    ("authentication required", Why::SignIn),
    ("authentication failed", Why::SignIn),
    ("authentication is required", Why::SignIn),
    ("not authenticated", Why::SignIn),
    ("relay access denied", Why::Relay),
    ("relaying denied", Why::Relay),
    ("relay denied", Why::Relay),
    ("unable to relay", Why::Relay),
    ("relay not permitted", Why::Relay),
    ("not permitted to relay", Why::Relay),
    ("do not relay", Why::Relay),
    ("relaying not allowed", Why::Relay),
    ("greylist", Why::Postponed),
    ("graylist", Why::Postponed),
    ("grey list", Why::Postponed),
    ("try again later", Why::Postponed),
    ("too many messages", Why::TooMuchMail),
    ("rate limit", Why::TooMuchMail),
    ("frequency limit", Why::TooMuchMail),
    ("blocked using", Why::Listed),
    ("blocked ip", Why::Listed),
    ("client host blocked", Why::Listed),
    ("blacklist", Why::Listed),
    ("blocklist", Why::Listed),
    ("block list", Why::Listed),
    ("spamhaus", Why::Listed),
    ("spamcop", Why::Listed),
    ("reputation", Why::Listed),
    ("spam", Why::Spam),
    ("unsolicited", Why::Spam),
    ("content rejected", Why::Content),
    ("virus", Why::Content),
    ("malware", Why::Content),
    ("pre-approved", Why::NotAllowed),
    ("policy", Why::Subject(7)),
    ("timed out", Why::NoAnswer),
    ("connection refused", Why::NoAnswer),
    ("no route to host", Why::NoAnswer),
    ("message expired", Why::NoAnswer),
    ("mailbox unavailable", Why::NoMailbox),
    ("currently unavailable", Why::SystemDown),
    ("temporarily unavailable", Why::SystemDown),
];

/// Class, subject and detail of a status.
pub fn numbers(status: &str) -> (u16, u16, u16) {
    let mut numbers = status.split('.').map(|n| n.parse::<u16>().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    (next(), next(), next())
}

/// Why a message did not arrive, from the status; a status that says little is made exact by the diagnostic.
#[must_use]
pub fn reason(dsn: &Dsn) -> Why {
    let (_, subject, detail) = numbers(&dsn.status);
    let given = (dsn.class(), subject, detail);
    let vague = |code: (u16, u16, u16)| match code {
        // Of the media somebody thought enough to name them.
        (_, 6, 0..100) => false,
        // Some mean by it what the registry does not say, and Exchange has its own.
        (_, 1, 10) | (_, 7, 1 | 9) | (_, _, 0 | 100..) => true,
        _ => false,
    };
    let said = dsn.diagnostic.as_deref().unwrap_or_default().to_lowercase();
    let mut code = given;
    if vague(given) && !said.is_empty() {
        let inside = super::find_status(&said).map(|status| numbers(&status));
        if let Some(inside) = inside.filter(|inside| inside.0 == given.0 && inside.2 != 0) {
            code = inside;
        }
        if vague(code)
            && let Some((_, why)) = PHRASES.iter().find(|(phrase, _)| said.contains(phrase))
        {
            return *why;
        }
    }
    // Nothing is known of an address that is only doubted for now.
    let (class, subject, detail) = code;
    let known = CODES.iter().find(|(code, _)| *code == (subject, detail)).map(|(_, why)| *why);
    match known {
        Some(Why::NoSystem) if class == 4 => Why::LookUp,
        // So do those who put everybody off that they don't know.
        Some(Why::NotAllowed) if class == 4 => Why::Postponed,
        Some(why) => why,
        None if (class, subject) == (5, 5) => Why::Protocol,
        None => Why::Subject(subject),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_of_the_tables_hides_another() {
        // Each of the table is used, and none twice.
        for (at, (code, _)) in CODES.iter().enumerate() {
            assert!(CODES.iter().skip(at + 1).all(|(other, _)| other != code), "{code:?}");
        }
        // No phrase hides a later one, but where that is meant.
        for (at, (phrase, why)) in PHRASES.iter().enumerate() {
            for (later, other) in PHRASES.iter().skip(at + 1) {
                assert!(
                    !later.contains(phrase) || why == other || *phrase == "spam",
                    "{phrase}, {later}"
                );
            }
        }
    }
}
