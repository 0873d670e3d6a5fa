//! Focus, as the widgets share it: the state of those that can have it, and the operations that
//! look for it and move it.

use std::any::Any;

use iced::{
    Rectangle,
    advanced::widget::{
        Id, Operation,
        operation::{self, Focusable, Outcome, TextInput},
    },
};

/// Whether a widget has the focus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Focus(pub bool);

impl Focusable for Focus {
    fn is_focused(&self) -> bool {
        self.0
    }
    fn focus(&mut self) {
        self.0 = true;
    }
    fn unfocus(&mut self) {
        self.0 = false;
    }
}

/// Looks whether something has the focus.
#[derive(Debug, Default)]
pub struct Has(pub bool);

impl Operation for Has {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }
    fn focusable(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn Focusable) {
        self.0 |= state.is_focused();
    }
}

/// Gives the focus to the first that can have it, and takes it from the others.
#[derive(Debug, Default)]
pub struct Give(bool);

impl Operation for Give {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }
    fn focusable(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn Focusable) {
        if std::mem::replace(&mut self.0, true) {
            state.unfocus();
        } else if !state.is_focused() {
            state.focus();
        }
    }
}

/// A field remembers that it lost the focus to a press, until the next press or key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Left(pub bool);

/// Gives the focus back to the field that lost it to a press, for when what the press opened is
/// closed again. Nothing happens where no field did.
#[derive(Debug, Default)]
pub struct Return(bool);

impl<T> Operation<T> for Return {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation<T>)) {
        operate(self);
    }
    fn custom(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn Any) {
        if let Some(left) = state.downcast_mut::<Left>() {
            self.0 = std::mem::take(&mut left.0);
        }
    }
    fn focusable(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn Focusable) {
        if std::mem::take(&mut self.0) {
            state.focus();
        }
    }
}

/// Runs an operation to its end on one widget.
pub fn run(first: Box<dyn Operation>, mut on: impl FnMut(&mut dyn Operation)) {
    let mut next = Some(first);
    while let Some(mut operation) = next.take() {
        on(operation.as_mut());
        if let Outcome::Chain(more) = operation.finish() {
            next = Some(more);
        }
    }
}

/// Puts the cursor of a line to a place, counted as the line counts.
#[derive(Debug)]
pub struct Place(pub usize);

impl Operation for Place {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }
    fn text_input(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn TextInput) {
        state.move_cursor_to(self.0);
    }
}

/// Moves the focus on by one, or back, and round at the end. It stays inside the container `scope`
/// while it is there, and enters it from nowhere where `enter` says so. Inside, those named in
/// `first` come before all others, and then what stands below them before what stands above.
pub fn cycle<T: Send + 'static>(
    scope: Option<Id>,
    first: &'static [&'static str],
    enter: bool,
    back: bool,
) -> impl Operation<T> + 'static {
    let first = first.iter().copied().map(Id::new).collect();
    let seen = Seen { scope, first, enter, back, ..Seen::default() };
    operation::then(Count { seen, ..Count::default() }, |seen: Seen| {
        let inside = seen.inner > 0 && (seen.inner_at.is_some() || seen.enter && seen.at.is_none());
        let order = match inside {
            true => inner_order(&seen),
            false => (0..seen.total).collect(),
        };
        let at = if inside { seen.inner_at } else { seen.at };
        let at = at.and_then(|at| order.iter().position(|n| *n == at));
        let total = order.len().max(1);
        let to = match (at, seen.back) {
            (None, false) => 0,
            (None, true) => total - 1,
            (Some(at), false) => (at + 1) % total,
            (Some(at), true) => (at + total - 1) % total,
        };
        goal(seen.scope, inside, order.get(to).copied().unwrap_or(0))
    })
}

/// The stops inside the container, in the order in which Tab comes to them.
fn inner_order(seen: &Seen) -> Vec<usize> {
    let below = seen.inner_first.iter().max().map_or(0, |last| last + 1);
    let others = (below..seen.inner).chain(0..below.min(seen.inner));
    let others = others.filter(|n| !seen.inner_first.contains(n));
    seen.inner_first.iter().copied().chain(others).collect()
}

fn goal(scope: Option<Id>, inside: bool, to: usize) -> Move {
    let seen = Seen { scope, ..Seen::default() };
    Move(Count { seen, goal: Some((inside, to)), ..Count::default() })
}

/// What can have the focus, in the whole window and inside the container.
#[derive(Debug, Clone, Default)]
struct Seen {
    scope: Option<Id>,
    first: Vec<Id>,
    enter: bool,
    back: bool,
    total: usize,
    at: Option<usize>,
    inner: usize,
    inner_at: Option<usize>,
    /// Those of the container that come first.
    inner_first: Vec<usize>,
}

/// Counts, and gives the focus where there is a goal.
#[derive(Debug, Default)]
struct Count {
    seen: Seen,
    /// The next traversal is that of the container.
    enters: bool,
    inside: bool,
    goal: Option<(bool, usize)>,
}

impl Count {
    fn meet(&mut self, id: Option<&Id>, state: &mut dyn Focusable) {
        let seen = &mut self.seen;
        let (n, inner) = (seen.total, self.inside.then_some(seen.inner));
        if id.is_some_and(|id| seen.first.contains(id)) {
            seen.inner_first.extend(inner);
        }
        seen.total += 1;
        seen.inner += usize::from(self.inside);
        match self.goal {
            None if state.is_focused() => {
                seen.at = Some(n);
                seen.inner_at = inner.or(seen.inner_at);
            }
            None => {}
            Some((inside, goal)) => {
                let here = if inside { inner == Some(goal) } else { n == goal };
                match (here, state.is_focused()) {
                    (true, false) => state.focus(),
                    (false, true) => state.unfocus(),
                    (true, true) | (false, false) => {}
                }
            }
        }
    }
}

impl Operation<Seen> for Count {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation<Seen>)) {
        let enters = std::mem::take(&mut self.enters);
        let before = self.inside;
        self.inside |= enters;
        operate(self);
        self.inside = before;
    }
    fn container(&mut self, id: Option<&Id>, _: Rectangle) {
        self.enters = id.is_some() && id == self.seen.scope.as_ref();
    }
    fn focusable(&mut self, id: Option<&Id>, _: Rectangle, state: &mut dyn Focusable) {
        self.meet(id, state);
    }
    fn finish(&self) -> Outcome<Seen> {
        Outcome::Some(self.seen.clone())
    }
}

/// Gives the focus to what a [`Count`] has for its goal.
#[derive(Debug)]
struct Move(Count);

impl<T> Operation<T> for Move {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation<T>)) {
        let enters = std::mem::take(&mut self.0.enters);
        let before = self.0.inside;
        self.0.inside |= enters;
        operate(self);
        self.0.inside = before;
    }
    fn container(&mut self, id: Option<&Id>, _: Rectangle) {
        self.0.enters = id.is_some() && id == self.0.seen.scope.as_ref();
    }
    fn focusable(&mut self, id: Option<&Id>, _: Rectangle, state: &mut dyn Focusable) {
        self.0.meet(id, state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the composer: To and subject, then the recorder, and the buttons of the head last.
    #[test]
    fn what_stands_above_the_fields_comes_last() {
        let stops = |inner, first: &[usize]| {
            inner_order(&Seen { inner, inner_first: first.to_vec(), ..Seen::default() })
        };
        assert_eq!(stops(8, &[2, 4]), [2, 4, 5, 6, 7, 0, 1, 3]);
        assert_eq!(stops(3, &[2]), [2, 0, 1]);
        assert_eq!(stops(3, &[]), [0, 1, 2]);
        assert!(stops(0, &[]).is_empty());
    }
}
