//! Faster or slower sound with the pitch kept (WSOLA, through the crate `wsola`).
//!
//! Without the feature `stretch` there is none: [`Stretch::new`] gives nothing, and the pipe
//! changes speed by resampling, which moves the pitch as on a tape.

#[cfg(feature = "stretch")]
pub(super) use real::Stretch;

#[cfg(feature = "stretch")]
mod real {
    use std::num::{NonZeroU16, NonZeroU32};

    /// A streaming time stretcher for one channel.
    pub struct Stretch {
        inner: wsola::TimeStretch,
        out: Vec<f32>,
    }

    impl Stretch {
        /// A stretcher for sound of `rate` hertz; `None` for a rate that it cannot do.
        pub fn new(rate: u32, tempo: f32) -> Option<Self> {
            let mut inner =
                wsola::TimeStretch::new(NonZeroU32::new(rate)?, NonZeroU16::MIN).ok()?;
            inner.set_tempo(tempo);
            let out = vec![0.0; inner.min_output_buff_size() * 8];
            Some(Self { inner, out })
        }

        /// The tempo in effect, after clamping.
        pub fn tempo(&self) -> f32 {
            self.inner.tempo()
        }

        /// Takes samples; what they become is fetched by [`Self::pull`].
        pub fn push(&mut self, samples: &[f32]) {
            self.inner.push(samples);
        }

        /// The next stretched samples; `None` when more input is needed.
        pub fn pull(&mut self) -> Option<&[f32]> {
            let made = self.inner.pull(&mut self.out).ok()?;
            Some(self.out.get(..made).unwrap_or_default())
        }

        /// Says that no more samples come, so that the last ones are let go.
        pub fn finish(&mut self) {
            self.inner.set_draining();
        }
    }
}

/// No stretcher is ever made in a build without one.
#[cfg(not(feature = "stretch"))]
pub(super) enum Stretch {}

#[cfg(not(feature = "stretch"))]
impl Stretch {
    pub fn new(_rate: u32, _tempo: f32) -> Option<Self> {
        None
    }

    pub fn tempo(&self) -> f32 {
        match *self {}
    }

    pub fn push(&mut self, _samples: &[f32]) {
        match *self {}
    }

    pub fn pull(&mut self) -> Option<&[f32]> {
        match *self {}
    }

    pub fn finish(&mut self) {
        match *self {}
    }
}
