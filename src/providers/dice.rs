//! Chance that is always the same: the sandboxes decide by the input alone.
//!
//! The standard hasher promises no stable result between releases, so the few lines are here:
//! FNV-1a over the parts, and one mixing step per throw (the finaliser of SplitMix64).

/// Dice whose throws follow from the words they were made with.
#[derive(Debug, Clone)]
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    /// Dice for these words, in this order.
    pub(super) fn of(words: &[&str]) -> Self {
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        for byte in words.iter().flat_map(|word| word.bytes().chain([0xff])) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self { state }
    }

    /// The next throw, all 64 bits of it.
    pub(super) fn throw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// True once in `n` throws.
    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.throw().is_multiple_of(n)
    }

    /// A number from 0 to 99.
    pub(super) fn percent(&mut self) -> u64 {
        self.throw() % 100
    }

    /// One of the choices, of which there is at least one.
    pub(super) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let count = u64::try_from(choices.len()).unwrap_or(1).max(1);
        let index = usize::try_from(self.throw() % count).unwrap_or_default();
        choices.get(index).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_throw_the_same_and_others_do_not() {
        let throws = |words: &[&str]| {
            let mut dice = Dice::of(words);
            (0..4).map(|_| dice.throw()).collect::<Vec<_>>()
        };
        assert_eq!(throws(&["acme.com", "CEO"]), throws(&["acme.com", "CEO"]));
        assert_ne!(throws(&["acme.com", "CEO"]), throws(&["acme.com", "CFO"]));
        assert_ne!(throws(&["ab", "c"]), throws(&["a", "bc"]));
        // Written down, because a changed throw would change every sandbox row.
        assert_eq!(Dice::of(&["acme.com"]).percent(), 71);
    }
}
