//! What is still to be explored: wakeup trees, all in one tree with the executions that they hang on.
//!
//! A path from the root is a sequence of acts. A *leaf* is a sequence that is to be executed, or was; below it comes what
//! the execution went on with (its *tail*), and from there branch off the sequences that were inserted because of it or of
//! executions that share that part. Branches of one state begin with different threads, and a branch counts as explored
//! before those to its right, whichever was in fact executed first.
//!
//! What is over is forgotten: of a branch from which nothing is left to execute, its first act is enough to tell that the
//! thread sleeps to the right of it, as soon as no sequence can be inserted there any more. Executing the leftmost leaves
//! first therefore keeps the tree about as small as a depth-first search keeps its stack. Executing first those with the
//! fewest preemptions, which show most, lets it grow; so that is done while the tree is small.

use super::acts::Act;
use super::acts::Begins;
use super::acts::Operations;

/// Beyond so many acts (16 bytes each) the tree is to become smaller before it grows again.
const LARGE: usize = 250_000;

/// The weight where there is no leaf to weigh.
const NO_LEAF: u32 = u32::MAX;
/// Sequences of fewer acts count as equally long; from there on, so do those of up to three times as many acts, and of up to seven times as many.
const SHORT: usize = 32;

/// Sequences to be executed, and what was executed.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Places in `nodes` that are free.
    free: Vec<NodeId>,
    root: NodeId,
    /// How many acts all nodes hold.
    acts: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeId(u32);

impl NodeId {
    const NONE: NodeId = NodeId(u32::MAX);
}

/// Acts that follow each other without a choice, and what can follow then.
#[derive(Debug)]
struct Node {
    acts: Vec<Act>,
    parent: NodeId,
    /// Leftmost first.
    children: Vec<NodeId>,
    is: Part,
    /// How many leaves there are from here on that were not asked for, and that were not taken.
    waiting: u32,
    unfinished: u32,
    /// The least weight of a leaf that was not asked for, or [`NO_LEAF`].
    least: u32,
}

/// Which part of a sequence a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The beginning of several.
    Inner,
    /// It ends in a leaf that was not asked for.
    Waiting,
    /// It ends in a leaf that was asked for and not taken.
    Asked,
    /// So many acts, up to a leaf that was taken, and the beginning of its tail.
    Taken(usize),
    /// A tail's continuation.
    Tail,
}

impl Default for Tree {
    fn default() -> Tree {
        let root = Node {
            acts: Vec::new(),
            parent: NodeId::NONE,
            children: Vec::new(),
            is: Part::Waiting,
            waiting: 1,
            unfinished: 1,
            least: 0,
        };
        Tree { nodes: vec![root], free: Vec::new(), root: NodeId(0), acts: 0 }
    }
}

impl Tree {
    /// Returns how many acts are kept, a measure of memory.
    pub(super) fn size(&self) -> usize {
        self.acts
    }

    /// Returns how many leaves were not asked for.
    pub(super) fn waiting(&self) -> usize {
        self.node(self.root).waiting as usize
    }

    /// Returns a guess at which share of all executions was taken: as many are behind each branch of a state as behind every
    /// other (D. E. Knuth, "Estimating the efficiency of backtrack programs", 1975). Branches that are not found yet are
    /// missing, so as a rule it is too high.
    pub(super) fn share(&self) -> f64 {
        let mut left = 0.0;
        let mut todo = vec![(self.root, 1.0)];
        while let Some((at, share)) = todo.pop() {
            let node = self.node(at);
            if node.unfinished == 0 {
                continue;
            }
            if matches!(node.is, Part::Waiting | Part::Asked) {
                left += share;
            }
            let each = share / node.children.len() as f64;
            todo.extend(node.children.iter().map(|&child| (child, each)));
        }
        1.0 - left
    }

    /// Returns the leaf with the fewest preemptions of those that were not asked for, and of these one of the shortest, or the leftmost
    /// where the tree is large, and counts it as asked for from now on. Adds the acts on the way there to `way`.
    ///
    /// Most errors show with two preemptions or fewer (M. Musuvathi and S. Qadeer, "Iterative context bounding for systematic
    /// testing of multithreaded programs", PLDI 2007). And where a thread goes on and on, what comes after few of its turns is what
    /// somebody would see.
    pub(super) fn ask(&mut self, way: &mut Vec<Act>) -> Option<NodeId> {
        let mut at = self.root;
        if self.node(at).waiting == 0 {
            return None;
        }
        let most = if self.acts < LARGE { self.node(at).least } else { NO_LEAF - 1 };
        loop {
            let node = self.node_mut(at);
            node.waiting -= 1;
            way.extend_from_slice(&node.acts);
            if node.is == Part::Waiting {
                node.is = Part::Asked;
                node.least = NO_LEAF;
                break;
            }
            let node = self.node(at);
            let next = node.children.iter().find(|&&child| self.node(child).least <= most);
            at = *next.expect("a child has the leaf that its parent counts");
        }
        let leaf = at;
        while self.node(at).parent != NodeId::NONE {
            at = self.node(at).parent;
            let least = self.node(at).children.iter().map(|&child| self.node(child).least).min();
            self.node_mut(at).least = least.unwrap_or(NO_LEAF);
        }
        Some(leaf)
    }

    /// Fills `way` with the nodes from the root to `leaf`, each with the depth at which it begins.
    pub(super) fn way_to(&self, leaf: NodeId, way: &mut Vec<(usize, NodeId)>) {
        way.clear();
        let mut at = leaf;
        while at != NodeId::NONE {
            way.push((0, at));
            at = self.node(at).parent;
        }
        way.reverse();
        let mut depth = 0;
        for (start, node) in way {
            *start = depth;
            depth += self.node(*node).acts.len();
        }
    }

    /// Takes an execution of `leaf`, which did `acts`: notes them on the way there and below.
    pub(super) fn walk(&mut self, leaf: NodeId, acts: &[Act], way: &[(usize, NodeId)]) {
        let mut depth = 0;
        for &(start, node) in way {
            let node = self.node_mut(node);
            depth = start + node.acts.len();
            // An act that was to be done elsewhere may have another manner here.
            node.acts.copy_from_slice(&acts[start..depth]);
        }
        let node = self.node_mut(leaf);
        node.is = Part::Taken(node.acts.len());
        node.acts.extend_from_slice(&acts[depth..]);
        self.acts += acts.len() - depth;
    }

    /// Calls `each` for the first acts of the branches to the left of `node`.
    pub(super) fn for_left_of(&self, node: NodeId, mut each: impl FnMut(Act)) {
        let parent = self.node(node).parent;
        if parent != NodeId::NONE {
            let left = self.node(parent).children.iter().take_while(|&&child| child != node);
            left.for_each(|&child| each(self.node(child).acts[0]));
        }
    }

    /// Returns after how many of the acts of `node` there was a leaf, from where on nobody sleeps; `None` if its end comes
    /// before the next leaf.
    pub(super) fn leaf_within(&self, node: NodeId) -> Option<usize> {
        match self.node(node).is {
            Part::Tail => Some(0),
            Part::Taken(acts) => Some(acts),
            Part::Waiting | Part::Asked => Some(self.node(node).acts.len()),
            Part::Inner => None,
        }
    }

    /// Inserts `sequence` at the state of depth `depth` on `way`, to the right of the way, unless what is there covers it.
    pub(super) fn insert(
        &mut self,
        way: &mut Vec<(usize, NodeId)>,
        depth: usize,
        sequence: &mut [Act],
        operations: &Operations,
    ) {
        let at = way.partition_point(|&(start, _)| start <= depth) - 1;
        let (start, node) = way[at];
        if depth == start && at > 0 {
            self.insert_right_of(node, way[at - 1].1, sequence, operations);
        } else {
            let front = self.split(node, depth - start);
            way[at] = (depth, node);
            way.insert(at, (start, front));
            self.add_leaf(front, sequence, operations);
        }
    }

    /// `insert` of the paper, for the branches of `parent` to the right of `node`.
    fn insert_right_of(&mut self, node: NodeId, mut parent: NodeId, sequence: &mut [Act], operations: &Operations) {
        // What of the sequence is not on the way yet.
        let mut left = sequence;
        let children = &self.node(parent).children;
        let mut from = children.iter().position(|&child| child == node).map_or(0, |index| index + 1);
        // The first branch that can begin a continuation of the sequence takes it.
        loop {
            let mut branches = self.node(parent).children[from..].iter();
            let begins = |branch: &&NodeId| operations.begins(self.node(**branch).acts[0], left).is_some();
            let Some(&branch) = branches.find(begins) else { break };
            for along in 0..self.leaf_within(branch).unwrap_or(self.node(branch).acts.len()) {
                match operations.begins(self.node(branch).acts[along], left) {
                    Some(Begins::Within(index)) => {
                        left[..=index].rotate_right(1);
                        left = &mut left[1..];
                    }
                    Some(Begins::Beside) => {}
                    None => {
                        let front = self.split(branch, along);
                        self.add_leaf(front, left, operations);
                        return;
                    }
                }
                if left.is_empty() {
                    return;
                }
            }
            // A leaf takes it as it is.
            if self.node(branch).is != Part::Inner {
                return;
            }
            (parent, from) = (branch, 0);
        }
        self.add_leaf(parent, left, operations);
    }

    /// Forgets what is over, now that the sequences are inserted which the execution of `leaf` gave rise to.
    pub(super) fn close(&mut self, leaf: NodeId) {
        let mut at = leaf;
        while at != NodeId::NONE {
            let node = self.node_mut(at);
            node.unfinished -= 1;
            at = node.parent;
        }
        at = leaf;
        while at != NodeId::NONE && self.node(at).unfinished == 0 {
            // Nothing is inserted below a leaf but because of what was executed there.
            if let Part::Taken(acts) = self.node(at).is {
                self.cut_back(at, acts);
            }
            let parent = self.node(at).parent;
            if parent == NodeId::NONE || self.node(parent).unfinished > 0 {
                break;
            }
            at = parent;
        }
        let parent = self.node(at).parent;
        if parent != NodeId::NONE && self.node(at).unfinished == 0 && self.is_sealed(parent) {
            for index in 0..self.node(parent).children.len() {
                let child = self.node(parent).children[index];
                if self.node(child).unfinished > 0 {
                    break;
                }
                self.cut_back(child, 1);
                self.node_mut(child).is = Part::Taken(1);
            }
        }
    }

    /// Forgets about `leaf`, which was asked for and not executed.
    pub(super) fn give_up(&mut self, leaf: NodeId) {
        let node = self.node_mut(leaf);
        node.is = Part::Taken(node.acts.len());
        self.close(leaf);
    }

    /// Returns whether sequences are inserted at the end of `node` only because of executions that go through there.
    fn is_sealed(&self, mut node: NodeId) -> bool {
        loop {
            let &Node { parent, is, .. } = self.node(node);
            if parent == NodeId::NONE || matches!(is, Part::Tail | Part::Taken(_)) {
                return true;
            }
            let mut left = self.node(parent).children.iter().take_while(|&&child| child != node);
            if left.any(|&child| self.node(child).unfinished > 0) {
                return false;
            }
            node = parent;
        }
    }

    /// Makes two nodes of one: the first `acts` acts, whose new node is returned, and the rest.
    fn split(&mut self, node: NodeId, acts: usize) -> NodeId {
        let rest = self.node_mut(node);
        let behind = rest.acts.split_off(acts);
        let (is, rest_is) = match rest.is {
            Part::Taken(mark) if mark <= acts => (Part::Taken(mark), Part::Tail),
            Part::Taken(mark) => (Part::Inner, Part::Taken(mark - acts)),
            Part::Tail => (Part::Tail, Part::Tail),
            other => (Part::Inner, other),
        };
        let front = Node {
            acts: std::mem::replace(&mut rest.acts, behind),
            parent: rest.parent,
            children: vec![node],
            is,
            waiting: rest.waiting,
            unfinished: rest.unfinished,
            least: rest.least,
        };
        rest.is = rest_is;
        let parent = rest.parent;
        let front = self.add(front);
        self.node_mut(node).parent = front;
        if parent == NodeId::NONE {
            self.root = front;
        } else {
            let children = &mut self.node_mut(parent).children;
            *children.iter_mut().find(|child| **child == node).expect("a child is among its parent's") = front;
        }
        front
    }

    fn add_leaf(&mut self, parent: NodeId, acts: &mut [Act], operations: &Operations) {
        let last = self.node(parent).acts.last().map(|act| act.thread);
        operations.gather(acts, last);
        let weight = self.weight(parent, acts);
        let leaf = Node {
            acts: acts.to_vec(),
            parent,
            children: Vec::new(),
            is: Part::Waiting,
            waiting: 1,
            unfinished: 1,
            least: weight,
        };
        self.acts += acts.len();
        let leaf = self.add(leaf);
        self.node_mut(parent).children.push(leaf);
        let mut at = parent;
        while at != NodeId::NONE {
            let node = self.node_mut(at);
            node.waiting += 1;
            node.unfinished += 1;
            node.least = node.least.min(weight);
            at = node.parent;
        }
    }

    /// Returns what the way to the end of `node` and through `acts` weighs: first by how often a thread that could have gone on has to make
    /// way to another, then by how long it is.
    fn weight(&self, mut node: NodeId, acts: &[Act]) -> u32 {
        let (mut preemptions, mut length) = (0, 0);
        let mut next = None;
        let mut count = |acts: &[Act]| {
            length += acts.len();
            for act in acts.iter().rev() {
                preemptions += u32::from(act.goes_on && next.is_some_and(|next| next != act.thread));
                next = Some(act.thread);
            }
        };
        count(acts);
        while node != NodeId::NONE {
            count(&self.node(node).acts);
            node = self.node(node).parent;
        }
        preemptions * usize::BITS + (length / SHORT + 1).ilog2()
    }

    /// Leaves of `node` its first `acts` acts.
    fn cut_back(&mut self, node: NodeId, acts: usize) {
        let cut = self.node_mut(node);
        let mut below = std::mem::take(&mut cut.children);
        let mut gone = cut.acts.len().saturating_sub(acts);
        cut.acts.truncate(acts);
        cut.acts.shrink_to_fit();
        while let Some(at) = below.pop() {
            let node = self.node_mut(at);
            gone += std::mem::take(&mut node.acts).len();
            below.append(&mut node.children);
            self.free.push(at);
        }
        self.acts -= gone;
    }

    fn add(&mut self, node: Node) -> NodeId {
        if let Some(free) = self.free.pop() {
            *self.node_mut(free) = node;
            return free;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).expect("a tree has far fewer nodes than acts are allowed"));
        self.nodes.push(node);
        id
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }
}
