//! Chance from a seed: the same seed gives the same order, on every machine and in every version.

/// A stream of numbers that look random (SplitMix64, Steele, Lea and Flood, OOPSLA 2014).
pub(super) struct Chance(u64);

impl Chance {
    /// Returns the stream of `seed` for one purpose, so that one purpose's use of chance does not shift another's.
    pub(super) fn new(seed: u64, purpose: &str) -> Chance {
        // FNV-1a: spreads texts over numbers, which is all that is needed of it.
        let hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Chance(seed ^ hash)
    }

    /// Puts `items` into an order in which each can be anywhere (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// Returns a number below `end`. Slightly uneven, by less than one part in 10^15 at the sizes of a deck.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // The first numbers of SplitMix64 from 1234567, as other implementations give them.
        let mut chance = Chance(1_234_567);
        assert_eq!([chance.next(), chance.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn the_same_seed_shuffles_alike_and_another_does_not() {
        let shuffled = |seed, purpose| {
            let mut items: Vec<u32> = (0..20).collect();
            Chance::new(seed, purpose).shuffle(&mut items);
            items
        };
        assert_eq!(shuffled(7, "a"), shuffled(7, "a"));
        assert_ne!(shuffled(7, "a"), shuffled(8, "a"));
        assert_ne!(shuffled(7, "a"), shuffled(7, "b"));
        let mut sorted = shuffled(7, "a");
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn every_order_comes_up_about_equally_often() {
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..6000 {
            let mut items = [0, 1, 2];
            Chance::new(seed, "").shuffle(&mut items);
            *counts.entry(items).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|count| (850..1150).contains(count)), "{counts:?}");
    }
}
