//! Several lines to type into. Keys are answered as in one line ([`super::editable`]).

use iced::{
    Element, Event, Length, Rectangle, Renderer, Size, Theme,
    advanced::{
        Clipboard, Layout, Shell, Widget, layout, mouse, renderer,
        text::highlighter::PlainText,
        widget::{
            Operation,
            tree::{self, Tree},
        },
    },
    widget::{TextEditor, text_editor},
};

use super::editable::{Answer, Shape, State, answer, hand_on, has_focus, press_of};

/// A change of several lines.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An action of the user.
    Do(text_editor::Action),
    /// Undone or redone: the whole text, and the octet that the cursor goes to.
    Set(String, usize),
}

impl Change {
    /// Changes the text.
    pub fn apply(self, content: &mut text_editor::Content) {
        match self {
            Self::Do(action) => content.perform(action),
            Self::Set(text, cursor) => {
                *content = text_editor::Content::with_text(&text);
                let head = text.get(..cursor).unwrap_or(&text);
                let line = head.matches('\n').count();
                let column = head.len() - head.rfind('\n').map_or(0, |at| at + 1);
                content.move_to(text_editor::Cursor {
                    position: text_editor::Position { line, column },
                    selection: None,
                });
            }
        }
    }

    /// Whether the text is another one after it.
    #[must_use]
    pub fn is_edit(&self) -> bool {
        match self {
            Self::Do(action) => action.is_edit(),
            Self::Set(..) => true,
        }
    }
}

/// Several lines to type into.
pub struct Lines<'a, M> {
    editor: TextEditor<'a, PlainText, text_editor::Action>,
    content: &'a text_editor::Content,
    on_change: Box<dyn Fn(Change) -> M + 'a>,
}

impl<'a, M: 'a> Lines<'a, M> {
    /// Lines with a content, and what a change of it says.
    pub fn new(content: &'a text_editor::Content, on_change: impl Fn(Change) -> M + 'a) -> Self {
        Self {
            editor: text_editor(content).on_action(|action| action),
            content,
            on_change: Box::new(on_change),
        }
    }

    /// iced's field, with its looks.
    #[must_use]
    pub fn with(
        mut self,
        look: impl FnOnce(
            TextEditor<'a, PlainText, text_editor::Action>,
        ) -> TextEditor<'a, PlainText, text_editor::Action>,
    ) -> Self {
        self.editor = look(self.editor);
        self
    }

    /// Undoes or redoes.
    fn turn(&self, state: &mut State, back: bool, shell: &mut Shell<'_, M>) {
        // What was edited since the last view is not in the content yet: that goes first.
        if state.edited && back {
            let text = state.history.text().to_owned();
            let end = text.len();
            shell.publish((self.on_change)(Change::Set(text, end)));
            return;
        }
        state.history.reset(&self.content.text());
        let cursor = if back { state.history.undo() } else { state.history.redo() };
        if let Some(cursor) = cursor {
            let text = state.history.text().to_owned();
            shell.publish((self.on_change)(Change::Set(text, cursor)));
        }
    }
}

impl<'a, M: 'a> Widget<M, Theme, Renderer> for Lines<'a, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<(State, Change)>()
    }

    fn state(&self) -> tree::State {
        State::kept(&self.content.text())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.editor as &dyn Widget<text_editor::Action, Theme, Renderer>)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(&[&self.editor as &dyn Widget<text_editor::Action, Theme, Renderer>]);
        let state = tree.state.downcast_mut::<State>();
        if std::mem::take(&mut state.edited) {
            state.history.note(&self.content.text());
        }
    }

    fn size(&self) -> Size<Length> {
        Widget::<text_editor::Action, Theme, Renderer>::size(&self.editor)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        let [child] = tree.children.as_mut_slice() else { return layout::Node::default() };
        self.editor.layout(child, renderer, limits)
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
            self.editor.operate(child, layout, renderer, operation);
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
        let focused = has_focus(&mut self.editor, tree, layout, renderer);
        if let Some(press) = press_of(event).filter(|_| focused) {
            let answer = answer(&press, Shape::Lines);
            if answer == Answer::Pass {
                return;
            }
            shell.capture_event();
            match answer {
                Answer::Undo | Answer::Redo => {
                    self.turn(tree.state.downcast_mut(), answer == Answer::Undo, shell);
                    return;
                }
                Answer::Nothing | Answer::Step(_) | Answer::Submit | Answer::Pass => return,
                Answer::Edit => {}
            }
        }
        let [child] = tree.children.as_mut_slice() else { return };
        let mut said = Vec::new();
        let mut inside = Shell::new(&mut said);
        let editor = &mut self.editor;
        editor.update(child, event, layout, cursor, renderer, clipboard, &mut inside, viewport);
        hand_on(inside, shell);
        let now = has_focus(&mut self.editor, tree, layout, renderer);
        let state = tree.state.downcast_mut::<State>();
        state.note_leaving(event, focused, now);
        for action in said {
            state.edited |= action.is_edit();
            shell.publish((self.on_change)(Change::Do(action)));
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
        if let [child] = tree.children.as_slice() {
            self.editor.draw(child, renderer, theme, style, layout, cursor, viewport);
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
        self.editor.mouse_interaction(child, layout, cursor, viewport, renderer)
    }
}

impl<'a, M: 'a> From<Lines<'a, M>> for Element<'a, M> {
    fn from(lines: Lines<'a, M>) -> Self {
        Self::new(lines)
    }
}
