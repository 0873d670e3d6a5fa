//! How a submission server is treated (`crate::servers`): what it offers counts where it is believed,
//! and what it says may mean something else than its code.

use super::{SmtpFacts, SubmitOutcome};
use crate::servers::{Clues, Means, Profile};

/// By its host, its greeting and its answer to EHLO.
pub(super) fn profile(host: &str, greeting: &str, lines: &[String]) -> Profile {
    let mut clues = Clues::of_host(host);
    clues.greeted(greeting);
    let first = |line: &String| line.split_ascii_whitespace().next().map(str::to_ascii_uppercase);
    let keywords: Vec<String> = lines.iter().skip(1).filter_map(first).collect();
    clues.offers(&keywords);
    Profile::of(&clues)
}

/// What the server offers and is believed.
pub(super) fn believed(facts: SmtpFacts, profile: &Profile) -> SmtpFacts {
    let is = |name: &str| !profile.denies(name);
    let size = facts.size.filter(|_| is("SIZE"));
    let most = size.into_iter().chain(profile.most_octets).min();
    SmtpFacts {
        sized: facts.sized && is("SIZE"),
        size: most,
        dsn: facts.dsn && is("DSN"),
        eight_bit: facts.eight_bit && is("8BITMIME"),
        utf8: facts.utf8 && is("SMTPUTF8"),
        binary: facts.binary && is("BINARYMIME"),
        pipelining: facts.pipelining && is("PIPELINING"),
        treated: profile.special(),
        auth: facts.auth.into_iter().filter(|name| is(&format!("AUTH={name}"))).collect(),
    }
}

/// A refusal whose words mean that it will pass, or will not.
pub(super) fn judged(outcome: SubmitOutcome, profile: &Profile) -> SubmitOutcome {
    match outcome {
        SubmitOutcome::Refused { code, text, permanent, recipient } => {
            let permanent = match profile.meaning(&text) {
                Some(Means::Later) => false,
                Some(Means::Never) => true,
                Some(Means::Credential) | None => permanent,
            };
            SubmitOutcome::Refused { code, text, permanent, recipient }
        }
        other @ (SubmitOutcome::Accepted { .. }
        | SubmitOutcome::Broken { .. }
        | SubmitOutcome::Unread(_)) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::Table;

    fn profile(treat: &str) -> Profile {
        let row = "[[server]]\nid = 'a'\nname = 'A'\nwhen = [{ host = 'example.com' }]\ntreat =";
        let (table, faults) = Table::read(&format!("{row} {{ {treat} }}\n"));
        assert_eq!(faults, []);
        table.profile(&Clues::of_host("smtp.example.com"))
    }

    #[test]
    fn what_is_not_believed_is_not_there() {
        let all = SmtpFacts {
            sized: true,
            size: Some(5_000),
            dsn: true,
            eight_bit: true,
            utf8: true,
            binary: true,
            pipelining: true,
            auth: vec!["PLAIN".into(), "LOGIN".into()],
            treated: Vec::new(),
        };
        assert_eq!(believed(all.clone(), &Profile::default()), all);
        let some = believed(all.clone(), &profile("deny = ['PIPELINING', 'AUTH=PLAIN', 'DSN']"));
        assert_eq!((some.pipelining, some.dsn, some.sized), (false, false, true));
        assert_eq!(some.auth, ["LOGIN"]);
        let less = |treat| believed(all.clone(), &profile(treat)).size;
        assert_eq!(less("most-octets = 1000"), Some(1_000));
        assert_eq!(less("most-octets = 9000"), Some(5_000));
        assert_eq!(less("deny = ['SIZE']"), None);
        assert_eq!(less("deny = ['SIZE'], most-octets = 9000"), Some(9_000));
    }

    #[test]
    fn words_mean_more_than_codes() {
        let profile = profile(
            "words = [{ says = 'quota exceeded', means = 'later' }, { says = 'never', means = 'never' }]",
        );
        for (code, text, want) in [
            (550, "5.4.5 Daily user sending Quota exceeded", false),
            (451, "4.0.0 not here, never", true),
            (550, "5.1.1 no such user", true),
            (450, "4.2.0 busy", false),
        ] {
            let permanent = code >= 500;
            let said =
                SubmitOutcome::Refused { code, text: text.into(), permanent, recipient: None };
            let SubmitOutcome::Refused { permanent, .. } = judged(said, &profile) else {
                panic!("{text}");
            };
            assert_eq!(permanent, want, "{text}");
        }
    }
}
