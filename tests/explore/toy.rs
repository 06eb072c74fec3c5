//! A toy language of threaded programs, and an [`Execute`] for it that keeps the whole contract in memory.
//!
//! A program's outcome is everything there is to see at its end: the variables and every thread's registers.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::convert::Infallible;

use raceday::scenario::Access;
use raceday::scenario::Answer;
use raceday::scenario::Ending;
use raceday::scenario::Execute;
use raceday::scenario::Execution;
use raceday::scenario::Guard;
use raceday::scenario::Location;
use raceday::scenario::Operation;
use raceday::scenario::Outcome;
use raceday::scenario::Pending;
use raceday::scenario::Request;
use raceday::scenario::Step;
use raceday::scenario::ThreadId;
use raceday::scenario::Touch;
use raceday::scenario::Try;

/// A register of the thread that names it.
pub(crate) type Reg = usize;

/// What a thread does. The acts from `Let` on are its own business and no steps.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// Reads a variable.
    Read(Var, Reg),
    /// Writes a variable.
    Write(Var, Value),
    /// Writes a variable of those that may be summed up.
    WritePart(usize, Value),
    /// Reads all variables at once, as their sum.
    Sum(Reg),
    /// Writes all variables at once.
    Fill(i64),
    /// Writes 1 to a variable if it is 0, and says in the register whether it was.
    Swap(Var, Reg),
    /// Reads a variable once it has this value.
    Await(Var, i64),
    /// Reads a variable again and again until it has this value; each time after the first when it has changed.
    Spin(Var, i64),
    Acquire(usize),
    /// Acquires a lock if it is free, and says in the register whether it was. The search knows what that hangs on, and not for `Swap`.
    Try(usize, Reg),
    Release(usize),
    /// Whether a lock is taken.
    IsTaken(usize, Reg),
    /// Takes one from a semaphore that is not 0.
    Down(usize),
    Up(usize),
    /// Waits until an event is set.
    Wait(usize),
    Set(usize),
    Clear(usize),
    Put(usize, Value),
    /// Takes the first of a queue that is not empty, and writes it to a variable in the same step.
    GetInto(usize, usize),
    /// Starts the thread with this body, which no other act does.
    Start(usize),
    /// Waits for the end of the thread with this body, if it was started.
    Join(usize),
    Let(Reg, Value),
    /// Leaves out so many acts unless the register has this value.
    Unless(Reg, i64, usize),
    /// Goes back so many acts.
    Back(usize),
    /// Kills the process, and so all threads.
    Die,
}

/// A variable, or an element of an array that begins there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Var {
    At(usize),
    Indexed(usize, Reg),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Is(i64),
    /// The register and so much more.
    Of(Reg, i64),
}

/// A program: body 0 is the main thread's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    pub(crate) bodies: Vec<Vec<Act>>,
    pub(crate) variables: Vec<i64>,
    pub(crate) semaphores: Vec<i64>,
    /// Whether all threads are there from the start, and begin and end without a step.
    pub(crate) bare: bool,
    /// Whether the end of the main thread, a step then, cuts the others off. So it conflicts with all that they do.
    pub(crate) daemons: bool,
    /// Every request that was executed.
    pub(crate) requests: Vec<Request>,
    /// Every execution that was made.
    pub(crate) executions: Vec<Execution>,
    /// Whether to keep the two above.
    pub(crate) keep: bool,
    /// Whether a failed try counts as a write like one that succeeds.
    pub(crate) tries_write: bool,
    /// At most so many steps an execution.
    pub(crate) limit: Option<usize>,
    /// Whether an execution ends where the process dies, and nobody looks what the other threads would have done.
    pub(crate) ends_at_death: bool,
}

impl Program {
    /// Returns the program whose main thread starts the threads of these bodies and waits for them.
    pub(crate) fn of(variables: usize, threads: Vec<Vec<Act>>) -> Program {
        let main = (1..=threads.len()).map(Act::Start).chain((1..=threads.len()).map(Act::Join)).collect();
        let bodies = std::iter::once(main).chain(threads).collect();
        Program { bodies, variables: vec![0; variables], keep: true, ..Program::default() }
    }

    /// Returns the program of threads with these bodies that are there from the start; main has nothing to do.
    pub(crate) fn bare(variables: usize, threads: Vec<Vec<Act>>) -> Program {
        let bodies = std::iter::once(Vec::new()).chain(threads).collect();
        Program { bodies, variables: vec![0; variables], keep: true, bare: true, ..Program::default() }
    }
}

impl Execute for Program {
    fn limit_crews(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    type Error = Infallible;

    fn execute(&mut self, requests: &[Request]) -> Result<Answer, Infallible> {
        let executions: Vec<Execution> = requests.iter().map(|request| run(self, request)).collect();
        if self.keep {
            self.requests.extend_from_slice(requests);
            self.executions.extend_from_slice(&executions);
        }
        Ok(Answer::Executions(executions))
    }
}

const REGS: usize = 3;

/// A kind of thing that can be touched or waited for, in the upper bits of its number.
#[derive(Clone, Copy)]
enum Kind {
    Variable = 1,
    Lock,
    Semaphore,
    Event,
    Queue,
    Life,
    /// All variables.
    Whole,
    /// A variable has a value.
    Has,
    /// A variable has another value than a thread read last.
    Changed,
}

fn number(kind: Kind, index: usize) -> u64 {
    (kind as u64) << 32 | index as u64
}

fn location(kind: Kind, index: usize) -> Location {
    let sort = if matches!(kind, Kind::Variable | Kind::Whole) { 0 } else { Location::SYNCHRONISATION };
    Location(number(kind, index) | sort)
}

#[derive(Clone)]
struct Thread {
    id: ThreadId,
    body: usize,
    begun: bool,
    ended: bool,
    /// It stopped for ever where it would have killed the process.
    stopped: bool,
    at: usize,
    regs: [i64; REGS],
    children: u64,
    /// What the last turn of a spin read.
    spun: Option<i64>,
}

#[derive(Clone)]
struct State<'a> {
    program: &'a Program,
    threads: Vec<Thread>,
    variables: Vec<i64>,
    locks: BTreeMap<usize, bool>,
    semaphores: Vec<i64>,
    events: BTreeMap<usize, bool>,
    queues: BTreeMap<usize, VecDeque<i64>>,
    is_dead: bool,
}

fn run(program: &Program, request: &Request) -> Execution {
    let mut state = State {
        program,
        threads: Vec::new(),
        variables: program.variables.clone(),
        locks: BTreeMap::new(),
        semaphores: program.semaphores.clone(),
        events: BTreeMap::new(),
        queues: BTreeMap::new(),
        is_dead: false,
    };
    state.add_thread(ThreadId::MAIN, 0, true);
    if program.bare {
        for body in 1..program.bodies.len() {
            state.add_thread(ThreadId::MAIN.child(body as u64).expect("few threads"), body, true);
        }
    }
    (0..state.threads.len()).for_each(|thread| state.go_on(thread));
    let watched = state.watched();
    let shut = state.shut(&watched);
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = Vec::new();
    let mut running = 0;
    let mut lived = None;
    loop {
        let next: Vec<_> = (0..state.threads.len()).map(|thread| state.next(thread)).collect();
        let can_go = |thread: usize| next[thread].as_ref().is_some_and(|operation| state.is_open(operation.guard));
        let enabled: u64 = (0..next.len()).filter(|&thread| can_go(thread)).fold(0, |bits, thread| bits | 1 << thread);
        if lived.is_some() && program.ends_at_death
            || enabled == 0
            || program.daemons && state.threads[0].ended
            || program.limit == Some(steps.len())
        {
            break;
        }
        let thread = match request.prefix.get(steps.len()) {
            Some(&id) => {
                let thread =
                    state.threads.iter().position(|thread| thread.id == id).expect("the prefix's threads exist");
                assert!(can_go(thread), "{id} cannot go at step {} of {request:?} in {program:?}", steps.len());
                thread
            }
            None if can_go(running) => running,
            None => enabled.trailing_zeros() as usize,
        };
        let operation = next[thread].clone().expect("who can go has something to do");
        lines.push(state.line(thread));
        let before: Vec<bool> = watched.iter().map(|&guard| state.is_open(Some(guard))).collect();
        let so_far = state.clone();
        state.step(thread);
        if state.is_dead {
            state = so_far;
            state.threads[thread].stopped = true;
            lived = lived.or(Some(steps.len() + 1));
        }
        let changed = watched.iter().zip(before).map(|(&guard, was)| (guard, was, state.is_open(Some(guard))));
        let guards = changed.filter(|&(_, was, is)| was != is).map(|(guard, _, is)| (guard, is)).collect();
        steps.push(Step { thread: state.threads[thread].id, operation, enabled, guards });
        running = thread;
    }
    let left = (0..state.threads.len()).filter_map(|thread| Some((thread, state.next(thread)?)));
    let pending: Vec<Pending> =
        left.map(|(thread, operation)| Pending { thread: state.threads[thread].id, operation }).collect();
    let ending = if lived.is_some() {
        Ending::Crash
    } else if pending.is_empty() || program.daemons && state.threads[0].ended {
        Ending::Finished
    } else if program.limit == Some(steps.len()) {
        Ending::Limit
    } else {
        Ending::Deadlock
    };
    // In the order of ids, for equivalent orders may start threads in another order.
    let mut seen: Vec<_> = state.threads.iter().map(|thread| (thread.id, thread.at, thread.regs)).collect();
    seen.sort_unstable();
    let outcome = Outcome {
        value: lived.is_none().then(|| format!("{:?} {seen:?}", state.variables)),
        stdout: None,
        ending,
        exceptions: Vec::new(),
        claims: Vec::new(),
    };
    let threads = state.threads.iter().map(|thread| thread.id).collect();
    let lived = lived.filter(|_| !program.ends_at_death);
    Execution { threads, shut, steps, lines, pending, lived, crews: Vec::new(), unsure: None, outcome }
}

impl State<'_> {
    fn add_thread(&mut self, id: ThreadId, body: usize, begun: bool) {
        let thread =
            Thread { id, body, begun, ended: false, stopped: false, at: 0, regs: [0; REGS], children: 0, spun: None };
        self.threads.push(thread);
    }

    /// Every guard that some act of the program waits for.
    fn watched(&self) -> Vec<Guard> {
        let mut guards = Vec::new();
        for (body, acts) in self.program.bodies.iter().enumerate() {
            for act in acts {
                guards.extend(match *act {
                    Act::Acquire(lock) | Act::Try(lock, _) => Some(number(Kind::Lock, lock)),
                    Act::Down(semaphore) => Some(number(Kind::Semaphore, semaphore)),
                    Act::Wait(event) => Some(number(Kind::Event, event)),
                    Act::GetInto(queue, _) => Some(number(Kind::Queue, queue)),
                    Act::Join(body) => Some(number(Kind::Life, body)),
                    Act::Await(Var::At(variable), value) => Some(has(variable, value)),
                    Act::Spin(Var::At(variable), _) => Some(changed(variable, body)),
                    _ => None,
                });
            }
        }
        guards.sort_unstable();
        guards.dedup();
        guards.into_iter().map(Guard).collect()
    }

    fn shut(&self, watched: &[Guard]) -> Vec<Guard> {
        watched.iter().copied().filter(|&guard| !self.is_open(Some(guard))).collect()
    }

    fn is_open(&self, guard: Option<Guard>) -> bool {
        let Some(Guard(guard)) = guard else { return true };
        let index = (guard & 0xffff_ffff) as usize;
        let is = |kind: Kind| guard >> 32 == kind as u64;
        if is(Kind::Lock) {
            !self.is_taken(index)
        } else if is(Kind::Semaphore) {
            self.semaphores[index] > 0
        } else if is(Kind::Event) {
            self.is_set(index)
        } else if is(Kind::Queue) {
            self.queues.get(&index).is_some_and(|queue| !queue.is_empty())
        } else if is(Kind::Life) {
            self.threads.iter().all(|thread| thread.body != index || thread.ended)
        } else if is(Kind::Has) {
            self.variables[index >> 16] == (index & 0xffff) as i64
        } else {
            let spun = self.threads.iter().find(|thread| thread.body == index & 0xffff).and_then(|thread| thread.spun);
            spun != Some(self.variables[index >> 16])
        }
    }

    fn is_taken(&self, lock: usize) -> bool {
        self.locks.get(&lock).copied().unwrap_or(false)
    }

    fn is_set(&self, event: usize) -> bool {
        self.events.get(&event).copied().unwrap_or(false)
    }

    fn variable(&self, thread: usize, var: Var) -> usize {
        match var {
            Var::At(variable) => variable,
            Var::Indexed(base, reg) => base + usize::try_from(self.threads[thread].regs[reg]).expect("an index"),
        }
    }

    fn value(&self, thread: usize, value: Value) -> i64 {
        match value {
            Value::Is(value) => value,
            Value::Of(reg, more) => self.threads[thread].regs[reg] + more,
        }
    }

    fn act(&self, thread: usize) -> Option<Act> {
        let thread = &self.threads[thread];
        self.program.bodies[thread.body].get(thread.at).copied()
    }

    /// Where the thread is: its body's number times 100, and its next act's, from 1; 0 before it begins.
    fn line(&self, thread: usize) -> u32 {
        let thread = &self.threads[thread];
        if thread.begun { u32::try_from(thread.body * 100 + thread.at + 1).expect("bodies are short") } else { 0 }
    }

    /// What the thread does next, in this state; `None` if it has ended.
    fn next(&self, thread: usize) -> Option<Operation> {
        let operation = self.next_alone(thread)?;
        let is_cut_off = self.program.daemons && thread != 0;
        Some(match is_cut_off {
            true => operation.and(Touch { location: location(Kind::Life, 0), access: Access::Read }),
            false => operation,
        })
    }

    fn next_alone(&self, thread: usize) -> Option<Operation> {
        let this = &self.threads[thread];
        let one = |kind, index, access, guard| {
            let touches = [Touch { location: location(kind, index), access }].into();
            Some(Operation { touches, guard: (guard as Option<u64>).map(Guard), tries: None, turn: None })
        };
        let own = |kind, index, access| one(kind, index, access, Some(number(kind, index)));
        let tried = |success: bool| if success || self.program.tries_write { Access::Write } else { Access::Attempt };
        if this.ended || this.stopped {
            return None;
        }
        if !this.begun {
            return one(Kind::Life, this.body, Access::Read, None);
        }
        let Some(act) = self.act(thread) else {
            return one(Kind::Life, this.body, Access::Write, None)
                .filter(|_| !self.program.bare || self.program.daemons && thread == 0);
        };
        match act {
            Act::Read(var, _) => one(Kind::Variable, self.variable(thread, var), Access::Read, None),
            Act::Write(var, _) => one(Kind::Variable, self.variable(thread, var), Access::Write, None),
            Act::WritePart(variable, _) => {
                let whole = Touch { location: location(Kind::Whole, 0), access: Access::Within };
                Some(one(Kind::Variable, variable, Access::Write, None)?.and(whole))
            }
            Act::Sum(_) => one(Kind::Whole, 0, Access::Read, None),
            Act::Fill(_) => {
                let touch = |variable| Touch { location: location(Kind::Variable, variable), access: Access::Write };
                let whole = one(Kind::Whole, 0, Access::Write, None)?;
                Some((0..self.variables.len()).map(touch).fold(whole, Operation::and))
            }
            Act::Swap(var, _) => {
                let variable = self.variable(thread, var);
                one(Kind::Variable, variable, tried(self.variables[variable] == 0), None)
            }
            Act::Await(var, value) => {
                let variable = self.variable(thread, var);
                one(Kind::Variable, variable, Access::Read, Some(has(variable, value)))
            }
            Act::Spin(var, _) => {
                let variable = self.variable(thread, var);
                one(Kind::Variable, variable, Access::Read, this.spun.map(|_| changed(variable, this.body)))
            }
            Act::Acquire(lock) => own(Kind::Lock, lock, Access::Write),
            Act::Try(lock, _) => {
                let mut operation = one(Kind::Lock, lock, tried(!self.is_taken(lock)), None)?;
                let guard = Guard(number(Kind::Lock, lock));
                operation.tries = (!self.program.tries_write).then_some(Try { guard, touches: 1 });
                Some(operation)
            }
            Act::Release(lock) => one(Kind::Lock, lock, Access::Write, None),
            Act::IsTaken(lock, _) => one(Kind::Lock, lock, Access::Read, None),
            Act::Down(semaphore) => own(Kind::Semaphore, semaphore, Access::Write),
            Act::Up(semaphore) => one(Kind::Semaphore, semaphore, Access::Write, None),
            Act::Wait(event) => own(Kind::Event, event, Access::Read),
            Act::Set(event) | Act::Clear(event) => one(Kind::Event, event, Access::Write, None),
            Act::Put(queue, _) => one(Kind::Queue, queue, Access::Write, None),
            Act::GetInto(queue, variable) => {
                let location = location(Kind::Variable, variable);
                own(Kind::Queue, queue, Access::Write)?.and(Touch { location, access: Access::Write }).into()
            }
            Act::Start(body) => one(Kind::Life, body, Access::Write, None),
            Act::Join(body) => own(Kind::Life, body, Access::Read),
            Act::Let(..) | Act::Unless(..) | Act::Back(_) | Act::Die => unreachable!("no step"),
        }
    }

    /// Does what the thread does next, and all that is its own business after it.
    fn step(&mut self, thread: usize) {
        if !self.threads[thread].begun {
            self.threads[thread].begun = true;
            return self.go_on(thread);
        }
        let Some(act) = self.act(thread) else {
            self.threads[thread].ended = true;
            return;
        };
        match act {
            Act::Read(var, reg) => self.threads[thread].regs[reg] = self.variables[self.variable(thread, var)],
            Act::Write(var, value) => {
                let variable = self.variable(thread, var);
                self.variables[variable] = self.value(thread, value);
            }
            Act::WritePart(variable, value) => self.variables[variable] = self.value(thread, value),
            Act::Sum(reg) => self.threads[thread].regs[reg] = self.variables.iter().sum(),
            Act::Fill(value) => self.variables.fill(value),
            Act::Swap(var, reg) => {
                let variable = self.variable(thread, var);
                let swaps = self.variables[variable] == 0;
                self.threads[thread].regs[reg] = i64::from(swaps);
                if swaps {
                    self.variables[variable] = 1;
                }
            }
            Act::Spin(var, value) => {
                let read = self.variables[self.variable(thread, var)];
                self.threads[thread].spun = Some(read).filter(|&read| read != value);
                if read != value {
                    return;
                }
            }
            Act::Await(..) | Act::Wait(_) | Act::Join(_) => {}
            Act::Acquire(lock) => {
                self.locks.insert(lock, true);
            }
            Act::Try(lock, reg) => {
                let free = !self.is_taken(lock);
                self.threads[thread].regs[reg] = i64::from(free);
                self.locks.insert(lock, true);
            }
            Act::Release(lock) => {
                self.locks.insert(lock, false);
            }
            Act::IsTaken(lock, reg) => self.threads[thread].regs[reg] = i64::from(self.is_taken(lock)),
            Act::Down(semaphore) => self.semaphores[semaphore] -= 1,
            Act::Up(semaphore) => self.semaphores[semaphore] += 1,
            Act::Set(event) => {
                self.events.insert(event, true);
            }
            Act::Clear(event) => {
                self.events.insert(event, false);
            }
            Act::Put(queue, value) => {
                let value = self.value(thread, value);
                self.queues.entry(queue).or_default().push_back(value);
            }
            Act::GetInto(queue, variable) => {
                let got = self.queues.get_mut(&queue).and_then(VecDeque::pop_front);
                self.variables[variable] = got.expect("the guard says that the queue is not empty");
            }
            Act::Start(body) => {
                self.threads[thread].children += 1;
                let id = self.threads[thread].id.child(self.threads[thread].children).expect("few children");
                self.add_thread(id, body, false);
            }
            Act::Let(..) | Act::Unless(..) | Act::Back(_) | Act::Die => unreachable!("no step"),
        }
        self.threads[thread].at += 1;
        self.go_on(thread);
    }

    fn go_on(&mut self, thread: usize) {
        while let Some(act) = self.act(thread) {
            match act {
                Act::Let(reg, value) => self.threads[thread].regs[reg] = self.value(thread, value),
                Act::Unless(reg, value, acts) if self.threads[thread].regs[reg] != value => {
                    self.threads[thread].at += acts;
                }
                Act::Unless(..) => {}
                Act::Back(acts) => {
                    self.threads[thread].at -= acts;
                    continue;
                }
                Act::Die => {
                    self.is_dead = true;
                    return;
                }
                Act::Join(body) if self.threads.iter().all(|other| other.body != body) => {}
                _ => return,
            }
            self.threads[thread].at += 1;
        }
    }
}

fn has(variable: usize, value: i64) -> u64 {
    number(Kind::Has, variable << 16 | usize::try_from(value).expect("a small value"))
}

fn changed(variable: usize, body: usize) -> u64 {
    number(Kind::Changed, variable << 16 | body)
}

/// What a toy's operations are put together with.
trait And {
    /// Returns this, touching one thing more.
    fn and(self, touch: Touch) -> Self;
}

impl And for Operation {
    fn and(self, touch: Touch) -> Operation {
        Operation { touches: self.touches.iter().copied().chain([touch]).collect(), ..self }
    }
}
