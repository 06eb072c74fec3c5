//! Random toy programs, each the same for the same seed.

use crate::toy::Act;
use crate::toy::Program;
use crate::toy::Value;
use crate::toy::Var;

/// What a random program is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mix {
    /// Reads, writes and conditions.
    Variables,
    /// Locks, some of them nested, and variables under them.
    Locks,
    /// Locks that are also tried and looked at.
    Tries,
    /// Semaphores, events and queues.
    Waits,
    /// Waiting for a value, at once or by turns.
    Spins,
    /// Threads that start threads, here and there.
    Starts,
    /// Threads that are cut off when main ends.
    Daemons,
    /// Anything but what follows.
    All,
    /// Variables that are summed up, and filled all at once.
    Parts,
}

impl Mix {
    pub(crate) const PLAIN: [Mix; 5] = [Mix::Variables, Mix::Locks, Mix::Tries, Mix::Waits, Mix::Spins];
}

/// Returns the random program of this mix and seed.
pub(crate) fn program(mix: Mix, seed: u64) -> Program {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (mix as u64 + 1));
    // Starting and ending are steps too, so there is room for less.
    let threads = if mix == Mix::Starts { 2 } else { 2 + chance.below(3) };
    let length = match (threads, mix) {
        (_, Mix::Starts) => 1 + chance.below(2),
        (2, _) => 3 + chance.below(2),
        (3, _) => 2,
        _ => 1,
    };
    let bodies: Vec<Vec<Act>> = (1..=threads).map(|body| acts(&mut chance, mix, length, body)).collect();
    let semaphores = vec![chance.below(2) as i64, 1 + chance.below(2) as i64];
    if mix == Mix::Daemons {
        let mut program = Program { semaphores, daemons: true, ..Program::bare(2, bodies) };
        program.bodies[0] = program.bodies.pop().expect("there are some");
        return program;
    }
    if mix != Mix::Starts {
        return Program { semaphores, ..Program::bare(2, bodies) };
    }
    let mut program = Program { semaphores, ..Program::of(2, bodies) };
    if chance.below(2) == 0 {
        // Without waiting for them, and going on itself.
        program.bodies[0].truncate(threads);
        let own = acts(&mut chance, mix, 1, 0);
        program.bodies[0].extend(own);
    }
    if chance.below(2) == 0 {
        // One of the threads starts the other, and perhaps waits for it.
        program.bodies[0].retain(|act| !matches!(act, Act::Start(2) | Act::Join(2)));
        let starter = &mut program.bodies[1];
        // Not among the acts that a condition may leave out: how many they are would change.
        let at =
            if starter.iter().any(|act| matches!(act, Act::Unless(..))) { 0 } else { chance.below(starter.len() + 1) };
        starter.insert(at, Act::Start(2));
        if chance.below(2) == 0 {
            starter.push(Act::Join(2));
        }
    }
    program
}

/// Returns the random program of this mix and seed with five to seven threads.
pub(crate) fn wide(mix: Mix, seed: u64) -> Program {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (mix as u64 + 1));
    let threads = 5 + chance.below(3);
    // Two who do more are enough for what is lost where many race.
    let lengths = (0..threads).map(|thread| if thread < 2 { 1 + chance.below(3) } else { 1 }).collect::<Vec<_>>();
    let bodies = lengths.into_iter().enumerate().map(|(body, length)| acts(&mut chance, mix, length, body + 1));
    let bodies = bodies.collect();
    let semaphores = vec![chance.below(2) as i64, 1 + chance.below(2) as i64];
    Program { semaphores, ..Program::bare(2, bodies) }
}

/// Returns a random program of this seed whose threads read what others write and write what others read, and one thread that goes on as
/// it finds things: what races hangs on what was read.
pub(crate) fn chained(seed: u64) -> Program {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 99);
    let (threads, variables) = (3 + chance.below(4), 3 + chance.below(3));
    let mut bodies: Vec<Vec<Act>> = (0..threads)
        .map(|_| {
            let read = Act::Read(Var::At(chance.below(variables)), 0);
            let write = Act::Write(Var::At(chance.below(variables)), Value::Of(0, 1));
            if chance.below(4) == 0 { vec![write] } else { vec![read, write] }
        })
        .collect();
    let mut reader = Vec::new();
    for _ in 0..2 + chance.below(2) {
        // The index of what is read next is what was read last, as long as it is one.
        reader.extend([Act::Read(Var::At(chance.below(variables)), 1), Act::Unless(1, 0, 1)]);
        reader.push(Act::Read(Var::At(chance.below(variables)), 2));
    }
    bodies.insert(chance.below(threads + 1), reader);
    if chance.below(3) == 0 { Program::of(variables, bodies) } else { Program::bare(variables, bodies) }
}

fn acts(chance: &mut Chance, mix: Mix, length: usize, body: usize) -> Vec<Act> {
    let mut acts = Vec::new();
    while acts.len() < length {
        let mix = match mix {
            Mix::All | Mix::Starts | Mix::Daemons => Mix::PLAIN[chance.below(5)],
            mix => mix,
        };
        let var = Var::At(chance.below(2));
        let (one, other) = (chance.below(2), chance.below(2));
        let plain = match chance.below(4) {
            0 | 1 => vec![Act::Read(var, one)],
            2 => vec![Act::Write(var, Value::Is(1 + body as i64))],
            _ => vec![Act::Write(var, Value::Of(one, 1))],
        };
        let inner = if chance.below(3) > 0 { plain.clone() } else { Vec::new() };
        let some = match mix {
            Mix::Variables => match chance.below(5) {
                0 => vec![Act::Read(var, 0), Act::Unless(0, 0, 1), Act::Write(Var::At(other), Value::Is(5))],
                1 => vec![Act::Swap(var, one)],
                _ => plain,
            },
            Mix::Parts => match chance.below(6) {
                0 | 1 => vec![Act::WritePart(chance.below(2), Value::Is(1 + body as i64))],
                2 => vec![Act::WritePart(chance.below(2), Value::Of(one, 1))],
                3 => vec![Act::Sum(one)],
                4 => vec![Act::Read(var, one)],
                _ => vec![Act::Fill(body as i64)],
            },
            Mix::Locks => match chance.below(4) {
                0 if one != other => {
                    [vec![Act::Acquire(one), Act::Acquire(other)], inner, vec![Act::Release(other), Act::Release(one)]]
                        .concat()
                }
                0 | 1 => [vec![Act::Acquire(one)], inner, vec![Act::Release(one)]].concat(),
                2 => vec![Act::Acquire(one)],
                _ => plain,
            },
            Mix::Tries => match chance.below(6) {
                0 => vec![Act::Try(0, 2), Act::Unless(2, 1, 1), Act::Release(0)],
                1 => vec![Act::Try(0, 2), Act::Unless(2, 1, 2), plain[0], Act::Release(0)],
                2 => vec![Act::Try(0, 2)],
                3 => [vec![Act::Acquire(0)], inner, vec![Act::Release(0)]].concat(),
                4 => vec![Act::IsTaken(0, one)],
                _ => plain,
            },
            Mix::Waits => match chance.below(9) {
                0 => [vec![Act::Down(one)], inner, vec![Act::Up(one)]].concat(),
                1 => vec![Act::Up(one)],
                2 => vec![Act::Down(one)],
                3 => vec![Act::Wait(0)],
                4 => vec![Act::Set(0)],
                5 => vec![Act::Clear(0)],
                6 => vec![Act::Put(0, Value::Is(body as i64))],
                7 => vec![Act::GetInto(0, other)],
                _ => plain,
            },
            Mix::Spins => match chance.below(4) {
                0 => vec![Act::Await(var, 1 + one as i64)],
                1 => vec![Act::Spin(var, 1 + one as i64)],
                2 => vec![Act::Write(var, Value::Is(one as i64))],
                _ => plain,
            },
            Mix::Starts | Mix::Daemons | Mix::All => unreachable!("one of the others was drawn"),
        };
        acts.extend(some);
    }
    acts
}

/// A small generator of numbers (xorshift64*), so that a seed means the same program everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.max(1);
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }
}
