use std::time::Duration;

use aloud::codec::{self, Hint, Limits, Pcm, g726::Packing, level, resample};

use super::choice;

/// What the sender may have said it is.
const LABELS: [(&str, Option<&str>); 25] = [
    ("", None),
    ("audio/32kadpcm", None),
    ("audio/g726-16", None),
    ("audio/g726-24", None),
    ("audio/g726-40", None),
    ("audio/aal2-g726-24", None),
    ("audio/basic", None),
    ("audio/pcma", None),
    ("audio/x-gsm", None),
    ("audio/wav", None),
    ("audio/mpeg", None),
    ("audio/amr", None),
    ("audio/opus", None),
    ("audio/ogg", None),
    ("audio/mp4", None),
    ("audio/aac", None),
    ("audio/flac", None),
    ("audio/x-ms-wma", None),
    ("audio/3gpp", None),
    ("application/octet-stream", Some("msg0000.wav")),
    ("application/octet-stream", Some("VOICE.MP3")),
    ("audio/inline", Some("a.726")),
    ("audio/g729", None),
    ("audio/g722", None),
    ("audio/x-unknown", Some("note.m4a")),
];

/// One recording: what it is, its samples, and what is done with them. The first octet chooses the
/// label, the second the order of code words and what follows.
pub fn codec(octets: &[u8]) {
    let (label, octets) = choice(octets);
    let (how, octets) = choice(octets);
    let (media_type, filename) = LABELS.get(label % LABELS.len()).copied().unwrap_or_default();
    let hint = Hint { media_type, filename };
    let packing = [None, Some(Packing::LsbFirst), Some(Packing::MsbFirst), None];
    let packing = packing.get(how % 4).copied().flatten();
    assert!(!codec::describe(octets, hint).is_empty());

    let limits = Limits::default();
    let pcm = match codec::decode_packed(octets, hint, limits, packing) {
        Ok(pcm) => pcm,
        Err(error) => {
            let reason = error.to_string();
            assert!(!reason.trim_end().ends_with(':'), "{reason:?} gives no reason");
            return;
        }
    };
    assert!(!pcm.samples.is_empty() && pcm.rate > 0);
    assert!(pcm.duration() <= limits.duration, "{:?}", pcm.duration());
    assert!(pcm.samples.len() <= codec::decode::MOST_SAMPLES);
    if how & 4 != 0 && pcm.samples.len() < 100_000 {
        assert_eq!(codec::decode_packed(octets, hint, limits, packing).as_ref(), Ok(&pcm));
    }
    let short = Limits { duration: Duration::from_millis(500) };
    if let Ok(short) = codec::decode_packed(octets, hint, short, packing) {
        assert!(short.duration() <= Duration::from_millis(500) && short == pcm);
    }
    after(&pcm, how);
}

/// What the player does. Long recordings were decoded above; here two seconds tell as much.
fn after(pcm: &Pcm, how: usize) {
    let most = pcm.samples.len().min(pcm.rate as usize * 2).min(50_000);
    let pcm = Pcm { samples: pcm.samples.iter().take(most).copied().collect(), rate: pcm.rate };
    if how & 8 == 0 {
        let target = if how & 32 == 0 { 8_000 } else { 48_000 };
        let other = resample::to_rate(&pcm, target);
        let exact = pcm.samples.len() as u64 * u64::from(target);
        let wanted = exact.div_ceil(u64::from(pcm.rate.max(1)));
        assert_eq!(other.samples.len() as u64, wanted);
    } else {
        let mut end = 0;
        for pause in level::silences(&pcm) {
            assert!(pause.start >= end && pause.start < pause.end, "{pause:?}");
            end = pause.end;
        }
        assert!(end <= pcm.samples.len());
    }
}
