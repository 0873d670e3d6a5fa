//! Code words of 2 to 5 bits between octets, in either order, in runs; bits of a code word that
//! goes on in the next run are kept.

use super::Packing;

/// Code words of a run.
pub(super) const RUN: usize = 256;
/// Octets that hold fewer code words than a run at every rate, with what is left of the run before.
pub(super) const OCTETS: usize = RUN / 4 - 1;

#[derive(Debug, Clone)]
pub(super) struct Packer {
    bits: u32,
    packing: Packing,
    /// Bits that are not yet a code word, or an octet, and how many.
    rest: u32,
    have: u32,
}

impl Packer {
    pub(super) fn new(bits: u32, packing: Packing) -> Self {
        Self { bits, packing, rest: 0, have: 0 }
    }

    /// Whether an octet has begun and not ended.
    pub(super) fn is_within_octet(&self) -> bool {
        self.have > 0
    }

    /// The code words that at most [`OCTETS`] octets complete.
    pub(super) fn unpack<'a>(&mut self, octets: &[u8], words: &'a mut [u8; RUN]) -> &'a [u8] {
        let mask = (1 << self.bits) - 1;
        let mut count = 0;
        let mut put = |word: u32| {
            if let Some(place) = words.get_mut(count) {
                *place = (word & mask) as u8;
                count += 1;
            }
        };
        for &octet in octets {
            match self.packing {
                Packing::LsbFirst => self.rest |= u32::from(octet) << self.have,
                Packing::MsbFirst => self.rest = self.rest << 8 | u32::from(octet),
            }
            self.have += 8;
            while self.have >= self.bits {
                self.have -= self.bits;
                match self.packing {
                    Packing::LsbFirst => {
                        put(self.rest);
                        self.rest >>= self.bits;
                    }
                    Packing::MsbFirst => put(self.rest >> self.have),
                }
            }
        }
        words.get(..count).unwrap_or_default()
    }

    /// Appends the octets that `words` complete.
    pub(super) fn pack(&mut self, words: &[u8], out: &mut Vec<u8>) {
        for &word in words {
            let word = u32::from(word);
            match self.packing {
                Packing::LsbFirst => self.rest |= word << self.have,
                Packing::MsbFirst => self.rest = self.rest << self.bits | word,
            }
            self.have += self.bits;
            if self.have >= 8 {
                self.have -= 8;
                match self.packing {
                    Packing::LsbFirst => {
                        out.push(self.rest as u8);
                        self.rest >>= 8;
                    }
                    Packing::MsbFirst => out.push((self.rest >> self.have) as u8),
                }
            }
        }
    }
}
