//! Estimates the duration of a recording from its size and first octets, for lists that are shown
//! before it is downloaded.

use std::time::Duration;

use super::{
    Hint,
    g726::Rate,
    sniff::{self, Form},
};

/// Longer estimates, in seconds (two days), are not believed.
const LONGEST: f64 = 172_800.0;

/// Estimates the duration. `start` are the first octets, `octets` is the size of the whole. `None`
/// for formats of variable bit rate, and for estimates above two days.
#[must_use]
pub fn estimate(start: &[u8], hint: Hint<'_>, octets: u64) -> Option<Duration> {
    let (header, octets_a_second) = match sniff::form(start, hint)? {
        Form::Wav => {
            // The byte rate stands at a fixed place when `fmt ` comes first, as everybody writes it.
            let rate =
                start.get(28..)?.first_chunk().filter(|_| start.get(12..16) == Some(b"fmt "));
            (44.0, f64::from(u32::from_le_bytes(*rate?)))
        }
        Form::Au => (24.0, 8000.0),
        Form::Amr => match start.strip_prefix(b"#!AMR\n") {
            // A frame of 20 ms; its size is that of the first one.
            Some(frames) => {
                const SIZES: [u32; 8] = [13, 14, 16, 18, 20, 21, 27, 32];
                let mode = usize::from(frames.first()? >> 3 & 7);
                (6.0, f64::from(*SIZES.get(mode)?) * 50.0)
            }
            None => (6.0, 1600.0),
        },
        Form::G726(rate, _) => (0.0, g726(rate)),
        Form::G711(_) | Form::G722 => (0.0, 8000.0),
        Form::Linear => (0.0, 16_000.0),
        // A frame of 33 octets is 20 ms.
        Form::Gsm => (0.0, 33.0 * 50.0),
        // What voice systems send.
        Form::Library("MP3") => (0.0, 4000.0),
        _ => return None,
    };
    let seconds = (octets as f64 - header).max(0.0) / octets_a_second.max(1.0);
    (octets_a_second > 0.0 && seconds < LONGEST).then(|| Duration::from_secs_f64(seconds))
}

fn g726(rate: Rate) -> f64 {
    f64::from(rate.bits()) * 1000.0
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Pcm, wav},
        *,
    };

    #[test]
    fn sizes_give_estimates() {
        let minute = wav::write(&Pcm::telephone(vec![1; 60 * 8000]));
        let cases: [(&str, &[u8], u64, Option<f64>); 8] = [
            ("audio/32kadpcm", b"", 8000, Some(2.0)),
            ("audio/basic", b"", 8000, Some(1.0)),
            ("audio/x-gsm", b"", 3300, Some(2.0)),
            ("audio/x-sln", b"", 32_000, Some(2.0)),
            ("audio/amr", b"#!AMR\n\x3c", 6 + 3200, Some(2.0)),
            ("audio/basic", minute.get(..100).unwrap(), minute.len() as u64, Some(60.0)),
            ("audio/basic", b"", 8000 * 200_000, None),
            ("audio/x-foo", b"", 8000, None),
        ];
        for (media_type, start, octets, seconds) in cases {
            let hint = Hint { media_type, filename: None };
            let got = estimate(start, hint, octets).map(|d| d.as_secs_f64());
            assert_eq!(got, seconds, "{media_type}");
        }
    }
}
