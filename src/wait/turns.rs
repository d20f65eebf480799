//! The turns of those who have a look due and may not send it yet: one queue of waits, and one of single looks.

/// One that is this much later than it was told holds nobody up: it may be frozen, or its runtime has dropped it. Who comes after others is told of
/// no earlier time than that, and told again when its turn comes.
pub(crate) const LATE_MS: f64 = 250.0;

/// The numbers of waits' turns begin here, past those that single looks will ever have.
const WAITS: f64 = 1e15;

/// Both queues, one behind the other. `K` is what the driver keeps of a task.
#[derive(Debug)]
pub(crate) struct Turns<K> {
    /// By their numbers, and so in the order they were taken.
    all: Vec<Turn<K>>,
    taken: f64,
}

/// A task's place in one of the queues.
#[derive(Debug)]
struct Turn<K> {
    number: f64,
    /// Before this it is of no use to its owners, and holds nobody up.
    from_ms: f64,
    /// When it comes at the latest, as far as its owners have been told.
    told_ms: f64,
    /// The waits that share it.
    waits: usize,
    kept: K,
}

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self { all: Vec::new(), taken: 0.0 }
    }
}

impl<K: Clone> Turns<K> {
    /// The number of a turn: of the one that is held, or where there is none, of one that is given out.
    pub(crate) fn take(&mut self, held: f64, single: bool, kept: &K) -> f64 {
        if self.has(held) {
            return held;
        }
        self.taken += 1.0;
        let number = if single { self.taken } else { WAITS + self.taken };
        self.all
            .insert(self.place(number), Turn { number, from_ms: f64::NEG_INFINITY, told_ms: f64::INFINITY, waits: 0, kept: kept.clone() });
        number
    }

    /// A wait that has shared `shown` until now has been told when this one comes, which is not before `from_ms`, and shares it.
    pub(crate) fn share(&mut self, number: f64, shown: &mut f64, from_ms: f64, told_ms: f64) {
        if let Some(turn) = self.of(number) {
            turn.from_ms = from_ms;
            turn.told_ms = told_ms;
            turn.waits = turn.waits.saturating_add(usize::from(*shown != number));
            *shown = number;
        }
    }

    /// A wait shares it no longer; whether nobody does now, and it is over.
    pub(crate) fn leave(&mut self, number: f64) -> bool {
        let Some(turn) = self.of(number) else { return false };
        turn.waits = turn.waits.saturating_sub(1);
        let over = turn.waits == 0;
        if over {
            self.end(number);
        }
        over
    }

    /// It is over, whoever shares it.
    pub(crate) fn end(&mut self, number: f64) {
        if let Some(place) = self.find(number) {
            self.all.remove(place);
        }
    }

    /// Whether this one is not over.
    pub(crate) fn has(&self, number: f64) -> bool {
        self.find(number).is_some()
    }

    /// How many of its queue come before one of this number, or where that is infinite, of the whole queue.
    pub(crate) fn before(&self, number: f64, single: bool, now_ms: f64) -> f64 {
        self.place(if single { number.min(WAITS) } else { number }).saturating_sub(self.head(single, now_ms)) as f64
    }

    /// Of the task whose turn it is: of this queue, and where nobody stands in it, of the other. And of the first wait, whose turn may be of no use yet.
    pub(crate) fn first(&self, single: bool, now_ms: f64) -> [Option<&K>; 2] {
        let kept = |place: usize| Some(&self.all.get(place)?.kept);
        [kept(self.head(single, now_ms)).or(kept(self.head(true, now_ms))), kept(self.place(WAITS))]
    }

    /// Where a queue begins, past those at its head who are late or of no use yet: all who stand behind come before them.
    fn head(&self, single: bool, now_ms: f64) -> usize {
        let mut head = if single { 0 } else { self.place(WAITS) };
        while self.all.get(head).is_some_and(|turn| now_ms < turn.from_ms || now_ms >= turn.told_ms + LATE_MS) {
            head = head.saturating_add(1);
        }
        head
    }

    fn place(&self, number: f64) -> usize {
        self.all.partition_point(|turn| turn.number < number)
    }

    fn of(&mut self, number: f64) -> Option<&mut Turn<K>> {
        let place = self.find(number)?;
        self.all.get_mut(place)
    }

    fn find(&self, number: f64) -> Option<usize> {
        let place = self.place(number);
        self.all.get(place).filter(|turn| turn.number == number).map(|_| place)
    }
}
