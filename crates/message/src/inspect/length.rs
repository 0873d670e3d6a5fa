//! How long a message is, from what its parts, header and text say (decision E5, RFC 3803, RFC 4024).
//!
//! Order of trust: decoded audio, the part's header, the message's header, the vendor's fields,
//! disposition, description, subject, text; at the very end an estimate from the size.

use crate::mail::DurationSource;
use crate::recognize::said::Said;
use crate::vendors::{Place, Scene, Take, Vendor, pattern};
use crate::view::{Header, Part};

/// Longest length believed from a header: two days.
const SANE_SECONDS: f64 = 172_800.0;

/// Content-Duration (RFC 3803 section 2.1): 1 to 10 digits up to 2147483647. Zero is written by
/// stores that do not know, so it says nothing.
pub fn content_duration(header: &Header<'_>) -> Option<f64> {
    let value = header.token("content-duration")?;
    let digits = (1..=10).contains(&value.len()) && value.bytes().all(|c| c.is_ascii_digit());
    let seconds = digits.then(|| value.parse::<u64>().ok()).flatten()?;
    (1..=2_147_483_647).contains(&seconds).then_some(seconds as f64)
}

/// What a part says of itself: Content-Duration, else a parameter of its type.
pub fn declared(part: &Part<'_>) -> Option<f64> {
    content_duration(&part.header).or_else(|| {
        ["x-duration", "length"].iter().find_map(|name| positive(&part.content.text(name)?))
    })
}

fn positive(value: &str) -> Option<f64> {
    let seconds: f64 = value.trim().parse().ok()?;
    (seconds > 0.0 && seconds < SANE_SECONDS).then_some(seconds)
}

/// What the words of a message say.
pub struct Spoken<'a> {
    /// The row that tells where its system writes.
    pub vendor: Option<&'a Vendor>,
    /// What was found without one.
    pub said: &'a Said,
}

/// What the message, its vendor's fields, its subject or its text say.
pub fn said(
    header: &Header<'_>,
    scene: &Scene<'_>,
    bodies: &[&Part<'_>],
    spoken: &Spoken<'_>,
) -> Option<(f64, DurationSource)> {
    let of_message = || content_duration(header).map(|s| (s, DurationSource::MessageHeader));
    let of_vendor = || {
        let clues = spoken.vendor?.duration.iter();
        clues.filter_map(|clue| Some((clue.place, scene.find(clue)?))).find_map(|(place, hit)| {
            let seconds = hit.seconds().filter(|s| *s > 0.0 && *s < SANE_SECONDS)?;
            Some((seconds, source(place)))
        })
    };
    let of_disposition = || {
        let seconds =
            bodies.iter().find_map(|p| positive(&p.disposition.as_ref()?.text("duration")?))?;
        Some((seconds, DurationSource::Disposition))
    };
    let of_subject = || {
        let hit = pattern("*({clock})", &scene.subject)?;
        (hit.taken == Some(Take::Clock)).then_some(())?;
        Some((hit.seconds()?, DurationSource::Subject))
    };
    let of_words = || spoken.said.seconds.map(|seconds| (seconds, DurationSource::Text));
    of_message().or_else(of_vendor).or_else(of_disposition).or_else(of_subject).or_else(of_words)
}

fn source(place: Place) -> DurationSource {
    match place {
        Place::TypeParam => DurationSource::PartHeader,
        Place::DispositionParam => DurationSource::Disposition,
        Place::Description | Place::Filename | Place::ContentId => DurationSource::Description,
        Place::Subject => DurationSource::Subject,
        Place::Text => DurationSource::Text,
        _ => DurationSource::MessageHeader,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::header;

    #[test]
    fn content_duration_is_digits_only() {
        for (value, expected) in [
            ("33", Some(33.0)),
            (" 2147483647", Some(2_147_483_647.0)),
            ("33s", None),
            ("-1", None),
            ("0", None),
            ("99999999999", None),
            ("0000000031", Some(31.0)),
            ("00000000031", None),
            ("9999999999", None),
            ("31 (seconds)", Some(31.0)),
        ] {
            let raw = format!("Content-Duration: {value}\n\n");
            let (header, _) = header::read(raw.as_bytes(), 0, false);
            assert_eq!(content_duration(&header), expected, "{value}");
        }
    }
}
