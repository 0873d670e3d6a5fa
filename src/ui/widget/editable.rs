//! Fields that one types into: one line ([`Field`]); several are in [`super::lines`].
//!
//! iced's own fields insert text although Ctrl is held, leave arrows and Enter to whoever comes
//! next, and undo nothing. Here a field with the focus sees each key first ([`answer`]): it types,
//! edits, undoes and redoes what was typed ([`History`]); combinations that mean nothing in a field
//! go on to the window; everything else ends here, so that no key typed into a field is a command.
//! The focus operations reach the field of iced inside.

use iced::{
    Color, Element, Event, Font, Length, Padding, Pixels, Rectangle, Renderer, Size, Theme,
    advanced::{
        Clipboard, Layout, Shell, Widget,
        clipboard::Kind,
        layout, mouse, renderer,
        widget::{
            Id, Operation,
            tree::{self, Tree},
        },
    },
    keyboard::{self, Key, key::Named},
    widget::{TextInput, text::LineHeight, text_input, text_input::Value},
};

use super::{
    focus,
    history::{Edit, History},
    press::draw_ring,
};
use crate::ui::{keymap::Press, latin};

/// Where an arrow or a page key leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One up.
    Up,
    /// One down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
}

/// Which field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Line,
    Lines,
}

/// What a field with the focus does with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It types or edits, and the key ends here.
    Edit,
    /// Takes typing back.
    Undo,
    /// Does it again.
    Redo,
    /// To the suggestions, if there are any; the key ends here.
    Step(Step),
    /// Enter in one line.
    Submit,
    /// Not the field's: a command of the window, or Tab.
    Pass,
    /// Nothing, and the key ends here.
    Nothing,
}

/// What a field with the focus does with a key.
pub(super) fn answer(press: &Press, shape: Shape) -> Answer {
    let modifiers = press.modifiers;
    let combination = modifiers.command();
    let types = latin::types(modifiers);
    let named = match (&press.modified, &press.key) {
        (Key::Named(named), _) | (Key::Unidentified, Key::Named(named)) => *named,
        (Key::Unidentified, _) => return Answer::Edit,
        (Key::Character(_), _) if types => return Answer::Edit,
        (Key::Character(_), _) if !combination || modifiers.alt() => return Answer::Nothing,
        (Key::Character(_), _) => return of_combination(press),
    };
    match named {
        Named::Space if types => Answer::Edit,
        Named::Space => Answer::Nothing,
        Named::Enter if combination => Answer::Pass,
        Named::Enter if shape == Shape::Line => Answer::Submit,
        Named::ArrowUp | Named::ArrowDown | Named::PageUp | Named::PageDown
            if shape == Shape::Line =>
        {
            match named {
                _ if combination => Answer::Nothing,
                Named::ArrowUp => Answer::Step(Step::Up),
                Named::ArrowDown => Answer::Step(Step::Down),
                Named::PageUp => Answer::Step(Step::PageUp),
                _ => Answer::Step(Step::PageDown),
            }
        }
        Named::Enter
        | Named::Escape
        | Named::Backspace
        | Named::Delete
        | Named::Insert
        | Named::Home
        | Named::End
        | Named::ArrowLeft
        | Named::ArrowRight
        | Named::ArrowUp
        | Named::ArrowDown
        | Named::PageUp
        | Named::PageDown => Answer::Edit,
        _ => Answer::Pass,
    }
}

/// A letter or sign with Ctrl held.
fn of_combination(press: &Press) -> Answer {
    for sign in latin::signs(press, latin::Script::Latin) {
        match (sign.as_str(), press.modifiers.shift()) {
            ("z", false) => return Answer::Undo,
            ("z", true) | ("y", false) => return Answer::Redo,
            ("a" | "c" | "v" | "x", false) => return Answer::Edit,
            _ => {}
        }
    }
    Answer::Pass
}

/// The key press in an event.
pub(super) fn press_of(event: &Event) -> Option<Press> {
    match event {
        Event::Keyboard(keyboard::Event::KeyPressed {
            key,
            modified_key,
            physical_key,
            modifiers,
            ..
        }) => Some(Press {
            key: key.clone(),
            modified: modified_key.clone(),
            physical: *physical_key,
            modifiers: *modifiers,
            taken: false,
        }),
        _ => None,
    }
}

/// What a [`Field`] and [`Lines`](super::lines::Lines) remember.
#[derive(Debug)]
pub(super) struct State {
    focused: bool,
    pub(super) history: History,
    /// The text of iced's field, while it differs from ours until the next view: after Undo and
    /// after Enter.
    behind: Option<String>,
    /// Something was edited since the last view.
    pub(super) edited: bool,
    /// It lost the focus to a press.
    pub(super) left: focus::Left,
}

impl State {
    pub(super) fn kept(text: &str) -> tree::State {
        tree::State::new(Self {
            focused: false,
            history: History::new(text),
            behind: None,
            edited: false,
            left: focus::Left::default(),
        })
    }

    /// Notes whether `event` took the focus away by a press. The next press or key forgets it.
    pub(super) fn note_leaving(&mut self, event: &Event, had: bool, has: bool) {
        let press = matches!(event, Event::Mouse(mouse::Event::ButtonPressed(_)));
        if press || press_of(event).is_some() {
            self.left = focus::Left(press && had && !has);
        }
    }
}

/// What iced's field says.
#[derive(Clone)]
enum Said {
    Input(String),
    Submit,
}

/// One line to type into.
pub struct Field<'a, M> {
    input: TextInput<'a, Said>,
    value: String,
    secure: bool,
    clears: bool,
    ring: Option<Color>,
    between: &'static str,
    on_input: Option<Box<dyn Fn(String) -> M + 'a>>,
    on_submit: Option<M>,
    on_step: Option<Box<dyn Fn(Step) -> M + 'a>>,
    on_back: Option<M>,
    on_leave: Option<M>,
}

impl<'a, M: Clone + 'a> Field<'a, M> {
    /// A line with a text.
    pub fn new(placeholder: &str, value: &str) -> Self {
        Self {
            input: TextInput::new(placeholder, value),
            value: value.to_owned(),
            secure: false,
            clears: false,
            ring: None,
            between: " ",
            on_input: None,
            on_submit: None,
            on_step: None,
            on_back: None,
            on_leave: None,
        }
    }

    /// A name for the focus operations and for tests.
    #[must_use]
    pub fn id(mut self, id: impl Into<Id>) -> Self {
        self.input = self.input.id(id);
        self
    }

    /// What typing says. Without it the field is disabled.
    #[must_use]
    pub fn on_input(mut self, on_input: impl Fn(String) -> M + 'a) -> Self {
        self.input = self.input.on_input(Said::Input);
        self.on_input = Some(Box::new(on_input));
        self
    }

    /// What Enter says.
    #[must_use]
    pub fn on_submit(mut self, message: M) -> Self {
        self.input = self.input.on_submit(Said::Submit);
        self.on_submit = Some(message);
        self
    }

    /// Enter takes the text away: what is typed before the next view begins anew.
    #[must_use]
    pub fn clears(mut self) -> Self {
        self.clears = true;
        self
    }

    /// What arrows and page keys say, for suggestions below the field.
    #[must_use]
    pub fn on_step(mut self, on_step: Option<impl Fn(Step) -> M + 'a>) -> Self {
        self.on_step = on_step.map(|f| Box::new(f) as _);
        self
    }

    /// What Backspace in an empty field says.
    #[must_use]
    pub fn on_back(mut self, message: Option<M>) -> Self {
        self.on_back = message;
        self
    }

    /// What the field says when it loses the focus.
    #[must_use]
    pub fn on_leave(mut self, message: M) -> Self {
        self.on_leave = Some(message);
        self
    }

    /// Shows dots; nothing that was typed is kept to be undone.
    #[must_use]
    pub fn secure(mut self, secure: bool) -> Self {
        self.input = self.input.secure(secure);
        self.secure = secure;
        self
    }

    /// What line breaks of a pasted text become; a blank otherwise.
    #[must_use]
    pub fn between_lines(mut self, between: &'static str) -> Self {
        self.between = between;
        self
    }

    /// A ring round the field while it has the focus.
    #[must_use]
    pub fn ring(mut self, color: Color) -> Self {
        self.ring = Some(color);
        self
    }

    /// Font.
    #[must_use]
    pub fn font(mut self, font: Font) -> Self {
        self.input = self.input.font(font);
        self
    }

    /// Size of the text.
    #[must_use]
    pub fn size(mut self, size: impl Into<Pixels>) -> Self {
        self.input = self.input.size(size);
        self
    }

    /// Height of the line.
    #[must_use]
    pub fn line_height(mut self, height: impl Into<LineHeight>) -> Self {
        self.input = self.input.line_height(height);
        self
    }

    /// Width.
    #[must_use]
    pub fn width(mut self, width: impl Into<Length>) -> Self {
        self.input = self.input.width(width);
        self
    }

    /// Space around the text.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Padding>) -> Self {
        self.input = self.input.padding(padding);
        self
    }

    /// How it looks.
    #[must_use]
    pub fn style(
        mut self,
        style: impl Fn(&Theme, text_input::Status) -> text_input::Style + 'a,
    ) -> Self {
        self.input = self.input.style(style);
        self
    }

    /// Says a text that the user made.
    fn say(&self, text: &str, shell: &mut Shell<'_, M>) {
        if let Some(on_input) = &self.on_input {
            shell.publish(on_input(text.to_owned()));
        }
    }

    /// What iced's field said, in our words.
    fn said(&self, state: &mut State, said: Said, shell: &mut Shell<'_, M>) {
        match said {
            Said::Input(text) => {
                let edit = state.behind.as_ref().map(|behind| Edit::between(behind, &text));
                let ours = match edit {
                    None => text.clone(),
                    Some(None) => state.history.text().to_owned(),
                    Some(Some(edit)) => edit.apply(state.history.text()),
                };
                if state.behind.is_some() {
                    state.behind = Some(text);
                }
                if self.secure {
                    state.history = History::new(ours.as_str());
                } else {
                    state.history.note(&ours);
                }
                self.say(&ours, shell);
            }
            Said::Submit => {
                if let Some(message) = self.on_submit.clone() {
                    shell.publish(message);
                }
                if self.clears {
                    let text = state.history.text().to_owned();
                    state.behind.get_or_insert(text);
                    state.history = History::new("");
                }
            }
        }
    }

    /// Undoes or redoes, and puts the cursor where it happened.
    fn turn(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        back: bool,
        shell: &mut Shell<'_, M>,
    ) {
        let state = tree.state.downcast_mut::<State>();
        let before = state.history.text().to_owned();
        let cursor = if back { state.history.undo() } else { state.history.redo() };
        let Some(cursor) = cursor else { return };
        let text = state.history.text().to_owned();
        state.behind.get_or_insert(before);
        let mut place = focus::Place(Value::new(text.get(..cursor).unwrap_or(&text)).len());
        if let [child] = tree.children.as_mut_slice() {
            self.input.operate(child, layout, renderer, &mut place);
        }
        self.say(&text, shell);
        shell.request_redraw();
    }
}

/// Hands on what a widget inside asked of its shell, but not its messages.
pub(super) fn hand_on<S, M>(mut inside: Shell<'_, S>, shell: &mut Shell<'_, M>) {
    if inside.is_event_captured() {
        shell.capture_event();
    }
    if inside.is_layout_invalid() {
        shell.invalidate_layout();
    }
    if inside.are_widgets_invalid() {
        shell.invalidate_widgets();
    }
    shell.request_redraw_at(inside.redraw_request());
    shell.input_method_mut().merge(inside.input_method_mut());
}

impl<'a, M: Clone + 'a> Widget<M, Theme, Renderer> for Field<'a, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<(State, Said)>()
    }

    fn state(&self) -> tree::State {
        State::kept(&self.value)
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.input as &dyn Widget<Said, Theme, Renderer>)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(&[&self.input as &dyn Widget<Said, Theme, Renderer>]);
        let state = tree.state.downcast_mut::<State>();
        state.history.reset(&self.value);
        state.behind = None;
    }

    fn size(&self) -> Size<Length> {
        Widget::<Said, Theme, Renderer>::size(&self.input)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        let [child] = tree.children.as_mut_slice() else { return layout::Node::default() };
        Widget::<Said, Theme, Renderer>::layout(&mut self.input, child, renderer, limits)
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        let state = tree.state.downcast_mut::<State>();
        operation.custom(None, layout.bounds(), &mut state.left);
        if let [child] = tree.children.as_mut_slice() {
            self.input.operate(child, layout, renderer, operation);
        }
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, M>,
        viewport: &Rectangle,
    ) {
        let focused = has_focus(&mut self.input, tree, layout, renderer);
        let mut events = vec![event.clone()];
        let mut ends_here = false;
        if let Some(press) = press_of(event).filter(|_| focused) {
            let answer = answer(&press, Shape::Line);
            let empty = tree.state.downcast_ref::<State>().history.text().is_empty();
            ends_here = answer != Answer::Pass;
            match answer {
                Answer::Edit if empty && is_backspace(&press) && self.on_back.is_some() => {
                    publish_maybe(shell, self.on_back.clone());
                    events.clear();
                }
                Answer::Edit => events.insert(0, modifiers_of(&press)),
                Answer::Submit if self.on_submit.is_some() => {}
                Answer::Undo | Answer::Redo => {
                    self.turn(tree, layout, renderer, answer == Answer::Undo, shell);
                    events.clear();
                }
                Answer::Step(step) => {
                    publish_maybe(shell, self.on_step.as_ref().map(|on_step| on_step(step)));
                    events.clear();
                }
                Answer::Submit | Answer::Pass | Answer::Nothing => events.clear(),
            }
        }
        let mut said = Vec::new();
        let mut pasted = OneLine { clipboard, between: self.between };
        for event in &events {
            let [child] = tree.children.as_mut_slice() else { return };
            let mut inside = Shell::new(&mut said);
            let (input, pasted) = (&mut self.input, &mut pasted);
            input.update(child, event, layout, cursor, renderer, pasted, &mut inside, viewport);
            hand_on(inside, shell);
        }
        for one in said {
            self.said(tree.state.downcast_mut(), one, shell);
        }
        if ends_here {
            shell.capture_event();
        }
        let now = has_focus(&mut self.input, tree, layout, renderer);
        let state = tree.state.downcast_mut::<State>();
        state.note_leaving(event, focused, now);
        if std::mem::replace(&mut state.focused, now) && !now {
            publish_maybe(shell, self.on_leave.clone());
        }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let [child] = tree.children.as_slice() else { return };
        let input = &self.input as &dyn Widget<Said, Theme, Renderer>;
        input.draw(child, renderer, theme, style, layout, cursor, viewport);
        let focused = tree.state.downcast_ref::<State>().focused;
        if let Some(color) = self.ring.filter(|_| focused) {
            draw_ring(renderer, layout.bounds(), 4.0, color, false, viewport);
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        let [child] = tree.children.as_slice() else { return mouse::Interaction::None };
        let input = &self.input as &dyn Widget<Said, Theme, Renderer>;
        input.mouse_interaction(child, layout, cursor, viewport, renderer)
    }
}

impl<'a, M: Clone + 'a> From<Field<'a, M>> for Element<'a, M> {
    fn from(field: Field<'a, M>) -> Self {
        Self::new(field)
    }
}

/// The clipboard as one line reads it. iced's field would leave line breaks out, and two addresses
/// would become one.
struct OneLine<'a> {
    clipboard: &'a mut dyn Clipboard,
    between: &'static str,
}

impl Clipboard for OneLine<'_> {
    fn read(&self, kind: Kind) -> Option<String> {
        let text = self.clipboard.read(kind)?;
        if !text.contains(['\n', '\r']) {
            return Some(text);
        }
        let lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
        Some(lines.collect::<Vec<_>>().join(self.between))
    }

    fn write(&mut self, kind: Kind, contents: String) {
        self.clipboard.write(kind, contents);
    }
}

/// Whether iced's field inside has the focus.
pub(super) fn has_focus<S>(
    inside: &mut impl Widget<S, Theme, Renderer>,
    tree: &mut Tree,
    layout: Layout<'_>,
    renderer: &Renderer,
) -> bool {
    let mut has = focus::Has::default();
    if let [child] = tree.children.as_mut_slice() {
        inside.operate(child, layout, renderer, &mut has);
    }
    has.0
}

fn publish_maybe<M>(shell: &mut Shell<'_, M>, message: Option<M>) {
    if let Some(message) = message {
        shell.publish(message);
    }
}

/// iced's field goes by the modifiers it was told of; it may not have been there then.
fn modifiers_of(press: &Press) -> Event {
    Event::Keyboard(keyboard::Event::ModifiersChanged(press.modifiers))
}

fn is_backspace(press: &Press) -> bool {
    press.modifiers.is_empty() && press.key == Key::Named(Named::Backspace)
}

#[cfg(test)]
mod tests;
