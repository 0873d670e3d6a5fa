//! Words and figures that several screens write: times, lengths, sizes, names, errors.

use std::{path::Path, time::Duration};

use jiff::civil;

use crate::{
    audio::Problem,
    engine,
    message::address::Number,
    model::{AddrSpec, DateTime},
    wording,
};

/// `0:34`, `12:05`, `1:02:03`.
#[must_use]
pub fn clock(length: Duration) -> String {
    let s = length.as_secs();
    if s < 3600 {
        format!("{}:{:02}", s / 60, s % 60)
    } else {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

/// A whole length, rounded to the nearest second; [`clock`] counts the seconds that have passed.
#[must_use]
pub fn length(whole: Duration) -> String {
    clock_secs(whole.as_secs_f64())
}

/// A length as a row tells it: one that is guessed from the size has "~" before it.
#[must_use]
pub fn measure(whole: Duration, estimated: bool) -> String {
    if estimated { format!("~{}", length(whole)) } else { length(whole) }
}

/// Why there is no sound, or no recording.
#[must_use]
pub fn no_sound(problem: &Problem) -> String {
    match problem {
        Problem::NoOutput => fl!("player-no-output"),
        Problem::NoInput => fl!("recorder-no-microphone"),
        Problem::NotPermitted => fl!("recorder-not-permitted"),
        Problem::Unplugged => fl!("device-unplugged"),
        Problem::DiskFull => fl!("recorder-disk-full-bare"),
        Problem::Other(_) => fl!("recorder-other"),
    }
}

/// A length in seconds as a part states it, rounded to the nearest second.
#[must_use]
pub fn clock_secs(seconds: f64) -> String {
    clock(Duration::try_from_secs_f64(seconds.round().max(0.0)).unwrap_or_default())
}

/// `71 KB`, `2.0 MB`: as people read sizes, in steps of 1000.
#[must_use]
pub fn size(octets: u64) -> String {
    let figure = octets as f64;
    match octets {
        0..1_000 => format!("{octets} B"),
        1_000..1_000_000 => format!("{:.0} KB", figure / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", figure / 1e6),
        _ => format!("{:.1} GB", figure / 1e9),
    }
}

/// The civil time of a moment on this computer's clock.
fn here(moment: DateTime, now: DateTime) -> civil::DateTime {
    DateTime { unix: moment.unix, offset_minutes: now.offset_minutes }.local()
}

/// `09:41`.
#[must_use]
pub fn time_of_day(moment: DateTime, now: DateTime) -> String {
    here(moment, now).strftime("%H:%M").to_string()
}

/// `Today`, `Yesterday`, `Monday`, `3 October`, `3 October 2024`.
#[must_use]
fn day(moment: DateTime, now: DateTime) -> String {
    let (then, today) = (here(moment, now).date(), here(now, now).date());
    let ago = today.duration_since(then).as_hours() / 24;
    match ago {
        0 => fl!("day-today"),
        1 => fl!("day-yesterday"),
        2..=6 => then.strftime("%A").to_string(),
        _ if then.year() == today.year() => then.strftime("%-d %B").to_string(),
        _ => then.strftime("%-d %B %Y").to_string(),
    }
}

/// `Today, 09:41`.
#[must_use]
pub fn day_comma_time(moment: DateTime, now: DateTime) -> String {
    format!("{}, {}", day(moment, now), time_of_day(moment, now))
}

/// `today at 09:44`, inside a sentence.
#[must_use]
pub fn day_at_time(moment: DateTime, now: DateTime) -> String {
    let day = day(moment, now);
    let relative = day == fl!("day-today") || day == fl!("day-yesterday");
    let day = if relative { day.to_lowercase() } else { day };
    fl!("day-at-time", day = &day, time = time_of_day(moment, now))
}

/// What to call a person the second time: `Glenn`, but `Dr Okafor`. A name of one word, a number
/// and an address stay as they are.
#[must_use]
pub fn short_name(name: &str) -> String {
    const TITLES: [&str; 8] = ["dr", "prof", "mr", "mrs", "ms", "mx", "sir", "dame"];
    let words: Vec<&str> = name.split_whitespace().collect();
    match words.as_slice() {
        [title, .., last]
            if TITLES.contains(&title.trim_end_matches('.').to_lowercase().as_str()) =>
        {
            format!("{title} {last}")
        }
        [first, _] | [first, _, _]
            if first.chars().all(|c| c.is_alphabetic() || c == '-' || c == '\u{2019}')
                && first.chars().count() > 1 =>
        {
            (*first).to_owned()
        }
        _ => name.to_owned(),
    }
}

/// `7214` of `7214@vm.example.com`, where the local part is digits; else nothing.
#[must_use]
pub fn extension(addr: &AddrSpec) -> Option<&str> {
    let local = addr.local_part();
    (!local.is_empty() && local.len() <= 6 && local.chars().all(|c| c.is_ascii_digit()))
        .then_some(local)
}

/// A telephone number in groups, as people read it; anything else stays as it is. The groups are
/// for the eye only: copying gives the number as it came.
#[must_use]
pub fn phone(text: &str) -> String {
    let Some(digits) = text.strip_prefix('+') else { return text.to_owned() };
    if digits.len() < 7 || digits.len() > 15 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return text.to_owned();
    }
    // Country code and the groups after it; London and the other short British codes apart.
    let groups: &[usize] = match digits.as_bytes() {
        [b'1', ..] if digits.len() == 11 => &[1, 3, 3, 4],
        [b'4', b'4', b'2', ..] if digits.len() == 12 => &[2, 2, 4, 4],
        [b'4', b'4', ..] if digits.len() == 12 => &[2, 3, 3, 4],
        _ => {
            let number = Number::parse(text).map(|number| number.display());
            return number.unwrap_or_else(|_| text.to_owned());
        }
    };
    let mut all = Vec::new();
    let mut rest = digits;
    for group in groups {
        let (head, tail) = rest.split_at((*group).min(rest.len()));
        if !head.is_empty() {
            all.push(head);
        }
        rest = tail;
    }
    if !rest.is_empty() {
        all.push(rest);
    }
    format!("+{}", all.join(" "))
}

/// The sentence for an engine's error.
#[must_use]
pub fn error_text(error: &engine::Error) -> String {
    use engine::Error as E;
    match error {
        E::Refused(engine::Refusal::Message(reason)) => wording::refusal::refusal(reason),
        E::Refused(reason) => reason.to_string(),
        E::Invalid(text) => text.clone(),
        E::Auth(_) => fl!("error-password"),
        E::PasswordNeeded => fl!("error-password-needed"),
        E::NoKeyring(_) => fl!("account-no-keyring"),
        E::Certificate(_) => fl!("error-certificate"),
        E::NoEncryption => fl!("account-no-encryption"),
        E::WrongSecurity { host, expects } => wrong_security(host, *expects),
        E::Unreachable { host, .. } => fl!("error-unreachable", host = host),
        E::Server(text) => fl!("error-server", text = text),
        E::Protocol(_) => fl!("error-protocol"),
        E::Store(_) => fl!("error-store"),
        E::NotFound(_) => fl!("error-not-found"),
        E::DraftInUse | E::NotEditable | E::Stopped | _ => fl!("error-other"),
    }
}

/// "Port 143 of imap.example.com expects STARTTLS. Choose STARTTLS for it."
#[must_use]
pub fn wrong_security(peer: &str, expects: engine::Security) -> String {
    let (host, port) = peer.rsplit_once(':').unwrap_or((peer, ""));
    fl!("account-wrong-security", host = host, port = port, expects = expects.words())
}

/// The toast after a file was saved.
#[must_use]
pub fn saved(file: &Path) -> String {
    let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    fl!("toast-saved", file = &name)
}

/// `en-CA` in words, where Aloud knows them; else the tag itself.
#[must_use]
pub fn language(tag: &str) -> String {
    const LANGUAGES: [(&str, &str); 14] = [
        ("en", "English"),
        ("fr", "French"),
        ("de", "German"),
        ("es", "Spanish"),
        ("pt", "Portuguese"),
        ("it", "Italian"),
        ("nl", "Dutch"),
        ("sv", "Swedish"),
        ("no", "Norwegian"),
        ("da", "Danish"),
        ("fi", "Finnish"),
        ("pl", "Polish"),
        ("ja", "Japanese"),
        ("zh", "Chinese"),
    ];
    const REGIONS: [(&str, &str); 10] = [
        ("CA", "Canada"),
        ("US", "US"),
        ("GB", "UK"),
        ("IE", "Ireland"),
        ("AU", "Australia"),
        ("CH", "Switzerland"),
        ("AT", "Austria"),
        ("BR", "Brazil"),
        ("MX", "Mexico"),
        ("BE", "Belgium"),
    ];
    let (language, region) = tag.split_once('-').unwrap_or((tag, ""));
    let Some((_, name)) = LANGUAGES.iter().find(|(l, _)| l.eq_ignore_ascii_case(language)) else {
        return tag.to_owned();
    };
    match REGIONS.iter().find(|(r, _)| r.eq_ignore_ascii_case(region)) {
        Some((_, region)) => format!("{name} ({region})"),
        None => (*name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_second_time() {
        for (name, short) in [
            ("Graham Pearce", "Graham"),
            ("Dr Amara Okafor", "Dr Okafor"),
            ("+44 20 7946 0153", "+44 20 7946 0153"),
            ("Reception", "Reception"),
            ("J. R. Miller", "J. R. Miller"),
        ] {
            assert_eq!(short_name(name), short);
        }
    }

    #[test]
    fn lengths_and_sizes() {
        assert_eq!(clock(Duration::from_secs(34)), "0:34");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
        assert_eq!(clock_secs(1.6), "0:02");
        assert_eq!(measure(Duration::from_millis(37_600), false), "0:38");
        assert_eq!(measure(Duration::from_secs(38), true), "~0:38");
        assert_eq!(clock_secs(f64::NAN), "0:00");
        assert_eq!(size(71_300), "71 KB");
        assert_eq!(size(2_000_000), "2.0 MB");
    }

    #[test]
    fn numbers_in_groups() {
        for (number, shown) in [
            ("+16135550142", "+1 613 555 0142"),
            ("+442079460153", "+44 20 7946 0153"),
            ("+441134960117", "+44 113 496 0117"),
            ("+353155501234", "+353 155 501 234"),
            ("+1 613 555 0142", "+1 613 555 0142"),
            ("4417", "4417"),
            ("Graham", "Graham"),
        ] {
            assert_eq!(phone(number), shown);
        }
    }

    #[test]
    fn days() {
        let now = DateTime { unix: 1_760_434_800, offset_minutes: 60 }; // 14 Oct 2025, 10:40
        let back = |hours: i64| DateTime { unix: now.unix - hours * 3600, offset_minutes: 0 };
        assert_eq!(day_comma_time(back(1), now), "Today, 09:40");
        assert_eq!(day_at_time(back(12), now), "yesterday at 22:40");
        assert_eq!(day_comma_time(back(24 * 11), now), "3 October, 10:40");
        assert_eq!(language("en-CA"), "English (Canada)");
        assert_eq!(language("xx"), "xx");
    }
}
