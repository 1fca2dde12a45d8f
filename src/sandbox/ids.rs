//! Identifiers that look random and are the same in every run.

use serde::{Deserialize, Serialize};

/// A seeded source of identifiers. Kept with the account, so that a reopened one never repeats itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ids {
    seed: u64,
    drawn: u64,
}

impl Ids {
    /// A source whose whole sequence follows from `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// The next 64 bits.
    pub fn number(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        mix(mix(self.seed).wrapping_add(self.drawn))
    }

    /// `length` lower-case hexadecimal digits.
    pub fn hex(&mut self, length: usize) -> String {
        self.text(b"0123456789abcdef", length)
    }

    /// `length` characters of `a-z0-9`, as in API Gateway's identifiers.
    pub fn base36(&mut self, length: usize) -> String {
        self.text(b"0123456789abcdefghijklmnopqrstuvwxyz", length)
    }

    /// `length` characters of `A-Z2-7`, as in IAM's unique ids.
    pub fn base32(&mut self, length: usize) -> String {
        self.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length)
    }

    /// An EC2 identifier: `vpc` gives `vpc-0` and 16 hexadecimal digits.
    pub fn ec2(&mut self, prefix: &str) -> String {
        format!("{prefix}-0{}", self.hex(16))
    }

    /// A version 4 UUID.
    pub fn uuid(&mut self) -> String {
        let variant = ["8", "9", "a", "b"][(self.number() % 4) as usize];
        format!("{}-{}-4{}-{variant}{}-{}", self.hex(8), self.hex(4), self.hex(3), self.hex(3), self.hex(12))
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        let mut bits = 0;
        let size = alphabet.len() as u64;
        (0..length)
            .map(|position| {
                if position % 8 == 0 {
                    bits = self.number();
                }
                let character = alphabet[(bits % size) as usize];
                bits /= size;
                char::from(character)
            })
            .collect()
    }
}

/// The finaliser of splitmix64: every bit of the result depends on every bit of `value`.
pub(super) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
