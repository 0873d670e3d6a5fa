//! Words that several screens write: names, telephone numbers, errors, and the figures of
//! [`figures`](crate::wording::figures).

use std::path::Path;

pub use crate::wording::figures::{
    clock, clock_secs, day_at_time, day_comma_time, language, length, measure, size, time_of_day,
};
use crate::{audio::Problem, engine, message::address::Number, model::AddrSpec, wording};

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
    wording::failure::error(error)
}

/// The toast after a file was saved.
#[must_use]
pub fn saved(file: &Path) -> String {
    let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    fl!("toast-saved", file = &name)
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
}
