//! Converts a recording to samples for a device: skips pauses, changes the speed with the pitch
//! kept ([`super::stretch`]) and resamples, without seams. Works ahead of the device by [`AHEAD`].
//!
//! For a recording that is still being downloaded the pipe starves at the end of the available
//! audio, and continues when more is appended.
//!
//! Positions: the device counts consumed samples; [`Pipe::position`] maps that count to a position
//! in the recording. At speed 1 and equal rates samples pass unchanged.

use std::{collections::VecDeque, ops::Range, time::Duration};

use rubato::{
    Async, FixedAsync, Indexing, Resampler as _, SincInterpolationParameters, WindowFunction,
    audioadapter_buffers::direct::InterleavedSlice,
};

use super::{sound::Sound, stretch::Stretch};

/// Audio that is buffered ahead of the device.
pub(super) const AHEAD: Duration = Duration::from_millis(300);

/// Input frames of one resampling step.
const STEP: usize = 256;

/// Streaming mono resampler whose output has no initial delay.
pub(super) struct Resampler {
    inner: Async<f32>,
    input: Vec<f32>,
    output: Vec<f32>,
    skip: usize,
    fed: u64,
    made: u64,
    ratio: f64,
}

impl Resampler {
    /// Creates a resampler; `None` when both rates are equal, or one is zero.
    pub(super) fn new(from: u32, to: u32) -> Option<Self> {
        if from == to || from == 0 || to == 0 {
            return None;
        }
        let ratio = f64::from(to) / f64::from(from);
        let parameters = SincInterpolationParameters::new(128, WindowFunction::BlackmanHarris2);
        let inner = Async::new_sinc(ratio, 1.0, &parameters, STEP, 1, FixedAsync::Input).ok()?;
        let skip = inner.output_delay();
        let output = vec![0.0; inner.output_frames_max()];
        Some(Self { inner, input: Vec::with_capacity(STEP), output, skip, fed: 0, made: 0, ratio })
    }

    /// Resamples `samples` and appends the result to `out`.
    pub(super) fn push(&mut self, samples: &[f32], out: &mut impl Extend<f32>) {
        for &sample in samples {
            self.input.push(sample);
            if self.input.len() == STEP {
                self.fed += STEP as u64;
                self.step(STEP, u64::MAX, out);
            }
        }
    }

    /// Ends the stream: flushes the remaining samples, to the exact length.
    pub(super) fn finish(&mut self, out: &mut impl Extend<f32>) {
        let rest = self.input.len();
        self.fed += rest as u64;
        let whole = (self.fed as f64 * self.ratio).round() as u64;
        self.input.resize(STEP, 0.0);
        self.step(rest, whole, out);
        // Each further step makes samples, so this ends; the bound is for a broken resampler.
        for _ in 0..16 {
            if self.made >= whole {
                break;
            }
            self.input.resize(STEP, 0.0);
            self.step(0, whole, out);
        }
    }

    fn step(&mut self, valid: usize, most: u64, out: &mut impl Extend<f32>) {
        let frames = self.output.len();
        let made = {
            let (Ok(input), Ok(mut output)) = (
                InterleavedSlice::new(&self.input, 1, STEP),
                InterleavedSlice::new_mut(&mut self.output, 1, frames),
            ) else {
                return;
            };
            let indexing = Indexing { partial_len: Some(valid), ..Indexing::default() };
            self.inner
                .process_into_buffer(&input, &mut output, Some(&indexing))
                .map_or(0, |(_, made)| made)
        };
        self.input.clear();
        let skipped = self.skip.min(made);
        self.skip -= skipped;
        let fresh = self.output.get(skipped..made).unwrap_or_default();
        let room = usize::try_from(most.saturating_sub(self.made)).unwrap_or(usize::MAX);
        let fresh = fresh.get(..fresh.len().min(room)).unwrap_or_default();
        self.made += fresh.len() as u64;
        out.extend(fresh.iter().copied());
    }
}

/// One pass through a recording, from a start position to its end.
pub(super) struct Pipe {
    sound: Sound,
    /// Whether more of the recording may be appended.
    open: bool,
    /// The start position.
    from: usize,
    /// Ranges to play, ascending, of the available audio from `from` on: what is not a skipped
    /// pause.
    kept: Vec<Range<usize>>,
    /// The next sample to read: index into `kept`, and position in the recording.
    at: (usize, usize),
    speed: f32,
    stretch: Option<Stretch>,
    resampler: Option<Resampler>,
    out_rate: u32,
    ring: rtrb::Producer<f32>,
    waiting: VecDeque<f32>,
    pushed: u64,
    /// Whether the recording has been read to its end; the rest of the output is in `waiting`.
    dry: bool,
}

impl Pipe {
    /// Creates a pipe from the sample position `start`, which need not be available yet, for a
    /// device of `out_rate` hertz. Skips `silences`. `open`: more may be appended.
    pub(super) fn new(
        sound: Sound,
        open: bool,
        start: usize,
        silences: &[Range<usize>],
        speed: f32,
        out_rate: u32,
    ) -> (Self, rtrb::Consumer<f32>) {
        let ahead = (f64::from(out_rate) * AHEAD.as_secs_f64()) as usize;
        let (ring, consumer) = rtrb::RingBuffer::new(ahead.max(STEP));
        let kept = kept_ranges(start, sound.len(), silences);
        let first = kept.first().map_or(start, |range| range.start);
        let changed = (speed - 1.0).abs() > 0.01;
        let stretch = changed.then(|| Stretch::new(sound.rate(), speed)).flatten();
        let (speed, rate) = match &stretch {
            Some(stretch) => (stretch.tempo(), sound.rate()),
            // Without a stretcher the device takes the sound as if it had another rate.
            None if changed => (speed, (f64::from(sound.rate()) * f64::from(speed)).round() as u32),
            None => (1.0, sound.rate()),
        };
        let resampler = Resampler::new(rate, out_rate);
        let pipe = Self {
            sound,
            open,
            from: start,
            kept,
            at: (0, first),
            speed,
            stretch,
            resampler,
            out_rate,
            ring,
            waiting: VecDeque::new(),
            pushed: 0,
            dry: false,
        };
        (pipe, consumer)
    }

    /// Fills the ring as far as there is space and audio.
    pub(super) fn fill(&mut self) {
        loop {
            while let Some(sample) = self.waiting.front() {
                if self.ring.push(*sample).is_err() {
                    return;
                }
                self.waiting.pop_front();
                self.pushed += 1;
            }
            if self.dry || !self.take_in() {
                return;
            }
        }
    }

    /// Continues with more audio. `sound` begins with the previous recording; `silences` after its
    /// end are skipped. `open`: more may be appended.
    pub(super) fn grow(&mut self, sound: Sound, open: bool, silences: &[Range<usize>]) {
        let start = self.sound.len().max(self.from);
        for range in kept_ranges(start, sound.len(), silences) {
            match self.kept.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => self.kept.push(range),
            }
        }
        self.sound = sound;
        self.open = open;
    }

    /// Whether the device has consumed all available audio and more may be appended.
    pub(super) fn is_starved(&self, consumed: u64) -> bool {
        let used_up = self.at.0 + 1 >= self.kept.len()
            && self.kept.last().is_none_or(|last| self.at.1 >= last.end);
        self.open && !self.dry && used_up && self.waiting.is_empty() && consumed >= self.pushed
    }

    /// Whether the device has consumed the whole recording.
    pub(super) fn is_over(&self, consumed: u64) -> bool {
        self.dry && self.waiting.is_empty() && consumed >= self.pushed
    }

    /// The position in the recording, in samples, after the device consumed `consumed` of its own.
    pub(super) fn position(&self, consumed: u64) -> usize {
        let rate = f64::from(self.sound.rate()) / f64::from(self.out_rate.max(1));
        let mut left = (consumed as f64 * rate * f64::from(self.speed)) as usize;
        for range in &self.kept {
            if left < range.len() {
                return range.start + left;
            }
            left -= range.len();
        }
        self.sound.len().max(self.from)
    }

    /// Reads the next piece of the recording, or flushes the later stages at its end. False when
    /// audio must be appended first.
    fn take_in(&mut self) -> bool {
        while let Some(range) = self.kept.get(self.at.0)
            && self.at.1 >= range.end
            && let Some(next) = self.kept.get(self.at.0 + 1)
        {
            self.at = (self.at.0 + 1, next.start);
        }
        let Some(range) = self.kept.get(self.at.0).filter(|range| self.at.1 < range.end) else {
            if !self.open {
                self.end();
            }
            return !self.open;
        };
        // The first stretch may have come after the pipe was made.
        let from = self.at.1.max(range.start);
        let samples = self.sound.get(from, range.end.min(from + 4 * STEP));
        self.at.1 = from + samples.len();
        let piece: Vec<f32> = samples.iter().map(|s| f32::from(*s) / 32_768.0).collect();
        match &mut self.stretch {
            None => self.resample(&piece),
            Some(stretch) => {
                stretch.push(&piece);
                self.pull_stretched();
            }
        }
        true
    }

    fn pull_stretched(&mut self) {
        let Some(mut stretch) = self.stretch.take() else { return };
        while let Some(made) = stretch.pull() {
            self.resample(made);
        }
        self.stretch = Some(stretch);
    }

    fn resample(&mut self, samples: &[f32]) {
        match &mut self.resampler {
            None => self.waiting.extend(samples),
            Some(resampler) => resampler.push(samples, &mut self.waiting),
        }
    }

    fn end(&mut self) {
        if let Some(stretch) = &mut self.stretch {
            stretch.finish();
            self.pull_stretched();
        }
        if let Some(resampler) = &mut self.resampler {
            resampler.finish(&mut self.waiting);
        }
        self.dry = true;
    }
}

/// Subtracts the silences from `start..end`.
fn kept_ranges(start: usize, end: usize, silences: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut kept = Vec::new();
    let mut at = start.min(end);
    for silence in silences {
        if silence.end <= at {
            continue;
        }
        if silence.start > at {
            kept.push(at..silence.start.min(end));
        }
        at = at.max(silence.end).min(end);
    }
    if at < end {
        kept.push(at..end);
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::codec::Pcm;

    fn whole(
        pcm: Arc<Pcm>,
        start: usize,
        silences: &[Range<usize>],
        speed: f32,
        out_rate: u32,
    ) -> (Pipe, rtrb::Consumer<f32>) {
        Pipe::new(Sound::new(pcm), false, start, silences, speed, out_rate)
    }

    fn tone(rate: u32, seconds: f64) -> Arc<Pcm> {
        let samples = (0..(f64::from(rate) * seconds) as usize)
            .map(|n| {
                ((n as f64 * 440.0 * std::f64::consts::TAU / f64::from(rate)).sin() * 12_000.0)
                    as i16
            })
            .collect();
        Arc::new(Pcm { samples, rate })
    }

    fn drain(pipe: &mut Pipe, ring: &mut rtrb::Consumer<f32>) -> Vec<f32> {
        let mut out = Vec::new();
        while !pipe.is_over(out.len() as u64) {
            pipe.fill();
            while let Ok(sample) = ring.pop() {
                out.push(sample);
            }
        }
        out
    }

    #[test]
    fn same_rate_and_speed_pass_samples_unchanged() {
        let pcm = tone(8_000, 1.3);
        let (mut pipe, mut ring) = whole(pcm.clone(), 100, &[], 1.0, 8_000);
        let out: Vec<i16> =
            drain(&mut pipe, &mut ring).into_iter().map(|s| (s * 32_768.0) as i16).collect();
        assert_eq!(out, pcm.samples[100..]);
    }

    #[test]
    fn resampling_keeps_length_and_level() {
        let (mut pipe, mut ring) = whole(tone(8_000, 1.0), 0, &[], 1.0, 48_000);
        let out = drain(&mut pipe, &mut ring);
        assert_eq!(out.len(), 48_000);
        let rms = (out.iter().map(|s| s * s).sum::<f32>() / out.len() as f32).sqrt();
        assert!((rms - 12_000.0 / 32_768.0 / 2f32.sqrt()).abs() < 0.01, "{rms}");
    }

    #[test]
    fn speed_changes_length_and_position_keeps_the_recordings_time() {
        for speed in [0.5, 1.5, 2.0, 3.0] {
            let (mut pipe, mut ring) = whole(tone(8_000, 4.0), 0, &[], speed, 48_000);
            let out = drain(&mut pipe, &mut ring);
            let expected = 4.0 * 48_000.0 / f64::from(speed);
            assert!((out.len() as f64 / expected - 1.0).abs() < 0.03, "{speed}: {}", out.len());
            let half = pipe.position(out.len() as u64 / 2);
            assert!(half.abs_diff(16_000) < 600, "{speed}: {half}");
        }
    }

    #[test]
    fn the_pitch_stays_natural_at_every_speed() {
        for speed in [0.5, 0.75, 1.25, 1.5, 2.0, 3.0] {
            let (mut pipe, mut ring) = whole(tone(8_000, 4.0), 0, &[], speed, 48_000);
            let out = drain(&mut pipe, &mut ring);
            let middle = &out[out.len() / 4..out.len() * 3 / 4];
            let risings = middle.windows(2).filter(|two| two[0] < 0.0 && two[1] >= 0.0).count();
            let hertz = risings as f64 / (middle.len() as f64 / 48_000.0);
            assert!((hertz - 440.0).abs() < 15.0, "{speed}: {hertz} Hz");
        }
    }

    #[test]
    fn silences_are_left_out_and_positions_jump_over_them() {
        let pcm = tone(8_000, 1.0);
        let (mut pipe, mut ring) = whole(pcm, 0, &[2_000..6_000], 1.0, 8_000);
        let out = drain(&mut pipe, &mut ring);
        assert_eq!(out.len(), 4_000);
        assert_eq!(pipe.position(1_999), 1_999);
        assert_eq!(pipe.position(2_000), 6_000);
    }

    /// Fills and drains until nothing more comes.
    fn drain_starved(pipe: &mut Pipe, ring: &mut rtrb::Consumer<f32>, out: &mut Vec<f32>) {
        while !pipe.is_starved(out.len() as u64) && !pipe.is_over(out.len() as u64) {
            pipe.fill();
            while let Ok(sample) = ring.pop() {
                out.push(sample);
            }
        }
    }

    #[test]
    fn a_recording_that_grows_sounds_like_the_whole() {
        let pcm = tone(8_000, 3.0);
        let pauses = [3_000..5_000, 9_000..11_000, 23_000..24_000];
        for (speed, rate, start, pauses) in [
            (1.0, 8_000, 0, &pauses[..0]),
            (1.0, 48_000, 100, &pauses[..0]),
            (1.0, 8_000, 0, &pauses[..]),
            (1.5, 48_000, 0, &pauses[..]),
            (1.0, 8_000, 12_345, &pauses[..]),
        ] {
            let (mut pipe, mut ring) = whole(pcm.clone(), start, pauses, speed, rate);
            let expected = drain(&mut pipe, &mut ring);
            let piece = |range: Range<usize>| {
                Arc::new(Pcm { samples: pcm.samples[range].to_vec(), rate: 8_000 })
            };
            let mut sound = Sound::new(piece(0..2_500));
            let of = |range: Range<usize>| -> Vec<Range<usize>> {
                pauses.iter().filter(|pause| range.contains(&pause.start)).cloned().collect()
            };
            let (mut pipe, mut ring) =
                Pipe::new(sound.clone(), true, start, &of(0..2_500), speed, rate);
            let mut out = Vec::new();
            for range in [2_500..2_501, 2_501..8_500, 8_500..24_000] {
                drain_starved(&mut pipe, &mut ring, &mut out);
                assert!(!pipe.is_over(out.len() as u64));
                let reached = pipe.position(out.len() as u64);
                assert!(reached <= range.start.max(start), "{reached} {range:?}");
                assert!(sound.push(piece(range.clone())));
                let last = range.end == 24_000;
                pipe.grow(sound.clone(), !last, &of(range));
            }
            drain_starved(&mut pipe, &mut ring, &mut out);
            assert!(pipe.is_over(out.len() as u64));
            assert_eq!(out, expected, "{speed} {rate} {start}");
        }
    }

    #[test]
    fn ranges_are_cut_at_both_ends() {
        assert_eq!(kept_ranges(5, 10, &[0..6, 9..20]), vec![6..9]);
        assert!(kept_ranges(0, 10, &[0..10]).is_empty());
        assert!(kept_ranges(3, 3, &[]).is_empty());
    }
}
