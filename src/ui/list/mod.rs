//! The message list: rows of fixed height, of which only those in view are built, and pages of
//! data fetched around them.
//!
//! Every answer carries the generation of the question; an answer to an older question is dropped.

mod view;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::{
    engine::{Error, ListPage, ListQuery, ListRow, Scope, Sort},
    model::{DateTime, MessageKey},
};

pub use view::{row_height, view};

/// Rows of one question.
pub const PAGE: u32 = 60;
/// Pages kept; beyond that the farthest are forgotten.
const KEPT: usize = 12;

/// The list.
#[derive(Debug)]
pub struct List {
    /// What is listed.
    pub scope: Scope,
    /// Order.
    pub sort: Sort,
    /// Search text.
    pub search: String,
    /// The sort menu is open.
    pub sort_open: bool,
    /// All rows.
    pub total: u32,
    /// Of these, new.
    pub unseen: u32,
    /// The row shown in the reading pane.
    pub selected: Option<MessageKey>,
    /// Several selected.
    pub marked: BTreeSet<MessageKey>,
    /// Whether the first page came.
    pub loaded: bool,
    /// What went wrong with the last question.
    pub error: Option<Error>,
    cursor: u32,
    pages: BTreeMap<u32, Vec<ListRow>>,
    asked: BTreeSet<u32>,
    generation: u64,
    /// How far the rows are scrolled, and how high their window is, in points.
    scroll: (f32, f32),
}

/// What happens to the list.
#[derive(Debug, Clone)]
pub enum Message {
    /// A page came.
    Page(u64, u32, Result<ListPage, Error>),
    /// The rows were scrolled: offset and height of the window.
    Scrolled(f32, f32),
    /// A row was pressed.
    Pressed(u32),
    /// The search text.
    Search(String),
    /// Enter in the search field.
    SearchDone,
    /// Clear the search.
    Clear,
    /// Shows or hides the sort menu.
    SortMenu(bool),
    /// Another order.
    Sort(Sort),
    /// "Show all inboxes".
    ShowAll,
    /// Record a new one.
    NewVoice,
    /// What a bar's button says.
    Bar(BarAct),
}

/// Buttons of the bars over the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarAct {
    /// Try all accounts now.
    TryAgain,
    /// Type the password of this account.
    SignIn(crate::model::AccountId),
    /// Add the user's own account.
    AddAccount,
    /// Go on with a recording that was kept.
    Continue,
    /// Leave it for later.
    NotNow,
    /// Tell the sender that a message was deleted unheard, or never.
    Tell(bool),
    /// Do neither.
    LeaveUntold,
    /// It was read.
    Noted,
    /// What this account's server wanted told first was seen.
    Noticed(crate::model::AccountId),
}

/// What the list wants done.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// Nothing.
    None,
    /// Ask for these pages.
    Fetch(Vec<Fetch>),
    /// The selection moved here.
    Select(MessageKey),
    /// The selection is gone.
    Deselect,
    /// Open it (narrow windows show it).
    Open(MessageKey),
    /// Go to all inboxes.
    ShowAll,
    /// Record a new one.
    NewVoice,
    /// A button of a bar.
    Bar(BarAct),
}

/// A question for the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetch {
    /// Comes back with the answer.
    pub generation: u64,
    /// Which page.
    pub page: u32,
    /// What to ask.
    pub query: ListQuery,
}

impl Default for List {
    fn default() -> Self {
        Self {
            scope: Scope::AllInboxes,
            sort: Sort::Newest,
            search: String::new(),
            sort_open: false,
            total: 0,
            unseen: 0,
            selected: None,
            marked: BTreeSet::new(),
            loaded: false,
            error: None,
            cursor: 0,
            pages: BTreeMap::new(),
            asked: BTreeSet::new(),
            generation: 0,
            scroll: (0.0, 800.0),
        }
    }
}

impl List {
    /// Shows something else, from its top.
    pub fn show(&mut self, scope: Scope, height: f32) -> Vec<Fetch> {
        self.scope = scope;
        self.search.clear();
        self.selected = None;
        self.restart(height)
    }

    fn restart(&mut self, height: f32) -> Vec<Fetch> {
        self.generation += 1;
        self.pages.clear();
        self.asked.clear();
        self.marked.clear();
        self.loaded = false;
        self.total = 0;
        self.unseen = 0;
        self.cursor = 0;
        self.scroll.0 = 0.0;
        self.wanted(height)
    }

    /// Loads what is in view again; what is shown stays until the answer comes.
    pub fn reload(&mut self, height: f32) -> Vec<Fetch> {
        self.generation += 1;
        self.asked.clear();
        let range = self.visible(height);
        let (first, last) = (range.start / PAGE, range.end / PAGE);
        self.pages.retain(|page, _| (first..=last).contains(page));
        (first..=last).map(|page| self.fetch(page)).collect()
    }

    fn fetch(&mut self, page: u32) -> Fetch {
        self.asked.insert(page);
        Fetch {
            generation: self.generation,
            page,
            query: ListQuery {
                scope: self.scope,
                sort: self.sort,
                search: self.search.trim().to_owned(),
                offset: page * PAGE,
                limit: PAGE,
            },
        }
    }

    /// Pages that are in view or next to it and were not asked for.
    fn wanted(&mut self, height: f32) -> Vec<Fetch> {
        let range = self.visible(height);
        let last = self.total.saturating_sub(1) / PAGE;
        let (from, to) =
            (range.start.saturating_sub(PAGE / 2) / PAGE, (range.end + PAGE / 2) / PAGE);
        (from..=to.min(last))
            .filter(|page| !self.asked.contains(page))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|page| self.fetch(page))
            .collect()
    }

    /// Rows to build: those in view and a few on either side.
    #[must_use]
    pub fn visible(&self, height: f32) -> Range<u32> {
        const AROUND: u32 = 4;
        let (offset, window) = self.scroll;
        // Offsets are never negative and far below what u32 holds.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (first, last) =
            ((offset / height).max(0.0) as u32, ((offset + window) / height).max(0.0) as u32 + 1);
        let most = self.total.max(1);
        first.saturating_sub(AROUND).min(most)..(last + AROUND).min(most)
    }

    /// A row, if it is here.
    #[must_use]
    pub fn row(&self, index: u32) -> Option<&ListRow> {
        self.pages.get(&(index / PAGE))?.get((index % PAGE) as usize)
    }

    /// Where a message is among the rows that are here.
    #[must_use]
    pub fn index_of(&self, key: MessageKey) -> Option<u32> {
        self.pages.iter().find_map(|(page, rows)| {
            let at = rows.iter().position(|row| row.key == key)?;
            u32::try_from(at).ok().map(|at| page * PAGE + at)
        })
    }

    /// The row of a message, if it is here.
    #[must_use]
    pub fn find(&self, key: MessageKey) -> Option<&ListRow> {
        self.pages.values().flatten().find(|row| row.key == key)
    }

    /// What an act applies to: the marked ones, else the selected one.
    #[must_use]
    pub fn chosen(&self) -> Vec<MessageKey> {
        if self.marked.is_empty() {
            self.selected.into_iter().collect()
        } else {
            self.marked.iter().copied().collect()
        }
    }

    /// Applies `message` and returns what the window should do. `height` is that of a row.
    pub fn update(&mut self, message: Message, height: f32) -> Action {
        match message {
            Message::Page(generation, page, answer) => {
                if generation == self.generation {
                    return self.arrived(page, answer, height);
                }
                Action::None
            }
            Message::Scrolled(offset, window) => {
                self.scroll = (offset, window);
                self.forget(height);
                Self::fetching(self.wanted(height))
            }
            Message::Pressed(index) => {
                self.marked.clear();
                match self.row(index).map(|row| row.key) {
                    Some(key) => {
                        self.cursor = index;
                        self.selected = Some(key);
                        Action::Open(key)
                    }
                    None => Action::None,
                }
            }
            Message::Search(text) => {
                self.search = text;
                self.selected = None;
                Self::fetching(self.restart(height))
            }
            Message::SearchDone => self.step(0, height),
            Message::Clear => {
                self.search.clear();
                Self::fetching(self.restart(height))
            }
            Message::SortMenu(open) => {
                self.sort_open = open;
                Action::None
            }
            Message::Sort(sort) => {
                self.sort_open = false;
                self.sort = sort;
                Self::fetching(self.restart(height))
            }
            Message::ShowAll => Action::ShowAll,
            Message::NewVoice => Action::NewVoice,
            Message::Bar(act) => Action::Bar(act),
        }
    }

    fn fetching(fetches: Vec<Fetch>) -> Action {
        if fetches.is_empty() { Action::None } else { Action::Fetch(fetches) }
    }

    fn arrived(&mut self, page: u32, answer: Result<ListPage, Error>, height: f32) -> Action {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.error = Some(error);
                self.loaded = true;
                return Action::None;
            }
        };
        self.error = None;
        self.loaded = true;
        self.total = answer.total;
        self.unseen = answer.unseen;
        self.pages.insert(page, answer.rows);
        self.pages.retain(|page, _| page * PAGE < answer.total.max(1));
        // The selected message may have moved, or gone; the rows of this page know.
        match self.selected {
            Some(key) => match self.index_of(key) {
                Some(index) => self.cursor = index,
                None if self.cursor / PAGE == page => {
                    return self.after_removal();
                }
                None => {}
            },
            None => self.cursor = self.cursor.min(self.total.saturating_sub(1)),
        }
        Self::fetching(self.wanted(height))
    }

    /// The selected row went away: the next one takes its place.
    fn after_removal(&mut self) -> Action {
        self.cursor = self.cursor.min(self.total.saturating_sub(1));
        self.selected = self.row(self.cursor).map(|row| row.key);
        self.selected.map_or(Action::Deselect, Action::Select)
    }

    /// Takes rows away before the server confirms; the next one is selected.
    pub fn remove(&mut self, keys: &[MessageKey]) -> Action {
        let was = self.selected.is_some_and(|key| keys.contains(&key));
        let mut rows: Vec<(u32, ListRow)> = Vec::new();
        let mut gone_before_cursor = 0;
        for (page, list) in std::mem::take(&mut self.pages) {
            for (at, row) in (page * PAGE..).zip(list) {
                if keys.contains(&row.key) {
                    self.total = self.total.saturating_sub(1);
                    gone_before_cursor += u32::from(at < self.cursor);
                } else {
                    rows.push((at, row));
                }
            }
        }
        // Rows move up by the number removed before them; gaps between pages stay gaps.
        let mut gone = 0;
        let mut last = None;
        for (at, row) in rows {
            if let Some(last) = last {
                let expected: u32 = last + 1;
                if at > expected && at - expected <= keys.len().try_into().unwrap_or(u32::MAX) {
                    gone += at - expected;
                }
            } else if at < PAGE {
                gone = at;
            }
            last = Some(at);
            let to = at.saturating_sub(gone);
            self.pages.entry(to / PAGE).or_default().push(row);
        }
        self.marked.retain(|key| !keys.contains(key));
        self.cursor = self.cursor.saturating_sub(gone_before_cursor);
        if was { self.after_removal() } else { Action::None }
    }

    /// Changes rows in place before the server confirms.
    pub fn change(&mut self, keys: &[MessageKey], change: impl Fn(&mut ListRow)) {
        for row in self.pages.values_mut().flatten().filter(|row| keys.contains(&row.key)) {
            change(row);
        }
    }

    /// Moves the selection by rows; 0 selects the row of the cursor.
    pub fn step(&mut self, by: i64, height: f32) -> Action {
        self.marked.clear();
        self.move_cursor(by, height)
    }

    fn move_cursor(&mut self, by: i64, _height: f32) -> Action {
        if self.total == 0 {
            return Action::None;
        }
        let by = if self.selected.is_none() && by.abs() == 1 { 0 } else { by };
        let to = (i64::from(self.cursor) + by).clamp(0, i64::from(self.total) - 1);
        let to = u32::try_from(to).unwrap_or(0);
        match self.row(to).map(|row| row.key) {
            Some(key) => {
                self.cursor = to;
                self.selected = Some(key);
                Action::Select(key)
            }
            None => {
                // Not here yet: fetch it; the key can be pressed again.
                self.cursor = to;
                let page = to / PAGE;
                if self.asked.contains(&page) {
                    Action::None
                } else {
                    Action::Fetch(vec![self.fetch(page)])
                }
            }
        }
    }

    /// The first or the last row.
    pub fn end(&mut self, last: bool, height: f32) -> Action {
        let far = i64::from(self.total);
        self.step(if last { far } else { -far }, height)
    }

    /// Selects the row besides those selected, or takes it out.
    pub fn toggle_mark(&mut self) {
        let Some(key) = self.selected else { return };
        if !self.marked.remove(&key) {
            self.marked.insert(key);
        }
    }

    /// Selects the next or previous row besides those selected.
    pub fn extend(&mut self, by: i64, height: f32) -> Action {
        self.marked.extend(self.selected);
        let action = self.move_cursor(by, height);
        self.marked.extend(self.selected);
        action
    }

    /// Where to scroll so that the cursor is in view, if it is not.
    #[must_use]
    pub fn scroll_target(&self, height: f32) -> Option<f32> {
        const EDGE: f32 = 6.0;
        #[allow(clippy::cast_precision_loss)]
        let top = self.cursor as f32 * height;
        let (offset, window) = self.scroll;
        if top < offset {
            Some(top)
        } else if top + height + 2.0 * EDGE > offset + window {
            Some((top + height + 2.0 * EDGE - window).max(0.0))
        } else {
            None
        }
    }

    fn forget(&mut self, height: f32) {
        if self.pages.len() <= KEPT {
            return;
        }
        let range = self.visible(height);
        let middle = u32::midpoint(range.start, range.end) / PAGE;
        let mut pages: Vec<u32> = self.pages.keys().copied().collect();
        pages.sort_by_key(|page| page.abs_diff(middle));
        for page in pages.into_iter().skip(KEPT) {
            self.pages.remove(&page);
            self.asked.remove(&page);
        }
    }
}

/// What the rows need besides themselves.
#[derive(Debug, Clone, Copy)]
pub struct At {
    /// The list has the keys.
    pub focused: bool,
    /// Now.
    pub now: DateTime,
    /// Rows of 52 instead of 76.
    pub compact: bool,
    /// The message that sounds.
    pub playing: Option<MessageKey>,
    /// No account has a connection.
    pub offline: bool,
    /// An account is still looking for news, so "nothing here" would be too early.
    pub checking: bool,
}

#[cfg(test)]
mod tests;
