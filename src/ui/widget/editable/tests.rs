//! Keys as iced's events, fed to fields through the simulator; the text goes round through the
//! state of a small window, as in the real one.

use iced::{
    Settings,
    advanced::renderer::Headless,
    keyboard::{
        Location, Modifiers,
        key::{Code, Physical},
    },
    mouse::Cursor,
};
use iced_test::runtime::{UserInterface, user_interface::Cache};

use super::*;
use crate::ui::{
    theme::Look,
    widget::{
        El, field,
        lines::{Change, Lines},
    },
};

fn named(named: Named, modifiers: Modifiers) -> Press {
    Press::new(Key::Named(named), modifiers)
}

fn sign(text: &str, modifiers: Modifiers) -> Press {
    Press::new(Key::Character(text.into()), modifiers)
}

#[test]
fn what_a_field_does_with_a_key() {
    use Answer::{Edit, Nothing, Pass, Redo, Submit, Undo};
    let (none, shift) = (Modifiers::empty(), Modifiers::SHIFT);
    let (ctrl, alt) = (Modifiers::CTRL, Modifiers::ALT);
    let step = Answer::Step;
    for (press, line, lines) in [
        (sign("3", none), Edit, Edit),
        (sign("E", shift), Edit, Edit),
        (sign("и", none), Edit, Edit),
        (sign("e", alt), Nothing, Nothing),
        (sign("e", ctrl | alt), Nothing, Nothing),
        (sign("z", ctrl), Undo, Undo),
        (sign("z", ctrl | shift), Redo, Redo),
        (sign("y", ctrl), Redo, Redo),
        (sign("v", ctrl), Edit, Edit),
        (sign("a", ctrl), Edit, Edit),
        (sign(",", ctrl), Pass, Pass),
        (sign("-", ctrl), Pass, Pass),
        (sign("1", ctrl), Pass, Pass),
        (sign("k", ctrl), Pass, Pass),
        (named(Named::Space, none), Edit, Edit),
        (named(Named::Space, ctrl), Nothing, Nothing),
        (named(Named::Enter, none), Submit, Edit),
        (named(Named::Enter, ctrl), Pass, Pass),
        (named(Named::Delete, none), Edit, Edit),
        (named(Named::Escape, none), Edit, Edit),
        (named(Named::ArrowLeft, ctrl), Edit, Edit),
        (named(Named::ArrowDown, none), step(Step::Down), Edit),
        (named(Named::ArrowUp, shift), step(Step::Up), Edit),
        (named(Named::PageDown, none), step(Step::PageDown), Edit),
        (named(Named::ArrowDown, ctrl), Nothing, Edit),
        (named(Named::Tab, none), Pass, Pass),
        (named(Named::F6, none), Pass, Pass),
    ] {
        assert_eq!(answer(&press, Shape::Line), line, "{press:?}");
        assert_eq!(answer(&press, Shape::Lines), lines, "{press:?}");
    }
    for (produced, code, expected) in
        [("я", Code::KeyZ, Undo), ("м", Code::KeyV, Edit), ("л", Code::KeyK, Pass)]
    {
        let physical = Physical::Code(code);
        let press = Press { physical, ..sign(produced, ctrl) };
        assert_eq!(answer(&press, Shape::Line), expected, "{produced}");
    }
}

/// A window with a line and several lines.
#[derive(Default)]
struct Window {
    line: String,
    lines: text_editor::Content,
    said: Vec<String>,
    cache: Option<Cache>,
}

use iced::widget::text_editor;

#[derive(Debug, Clone)]
enum Message {
    Line(String),
    Lines(Change),
    Step(Step),
    Enter,
    Back,
    Left,
}

impl Window {
    fn view(&self) -> El<'_, Message> {
        let line = field(Look::new(false), "", &self.line, false)
            .id("line")
            .on_input(Message::Line)
            .on_submit(Message::Enter)
            .clears()
            .on_step(Some(Message::Step))
            .on_back(Some(Message::Back))
            .on_leave(Message::Left);
        let lines = Lines::new(&self.lines, Message::Lines).with(|editor| editor.id("lines"));
        iced::widget::column![line, lines].into()
    }

    /// What happens with the interface: events of one batch, or an operation.
    fn with<T>(
        &mut self,
        act: impl FnOnce(
            &mut UserInterface<'_, Message, Theme, Renderer>,
            &mut Renderer,
            &mut Vec<Message>,
        ) -> T,
    ) -> T {
        let settings = Settings::default();
        let mut renderer = futures::executor::block_on(<Renderer as Headless>::new(
            settings.default_font,
            settings.default_text_size,
            None,
        ))
        .expect("a renderer");
        let mut messages = Vec::new();
        let cache = self.cache.take().unwrap_or_default();
        let view = self.view();
        let mut ui = UserInterface::build(view, Size::new(400.0, 300.0), cache, &mut renderer);
        let outcome = act(&mut ui, &mut renderer, &mut messages);
        let cache = ui.into_cache();
        self.cache = Some(cache);
        for message in messages {
            self.update(message);
        }
        outcome
    }

    fn update(&mut self, message: Message) {
        match message {
            Message::Line(text) => self.line = text,
            Message::Lines(change) => change.apply(&mut self.lines),
            Message::Enter => {
                self.said.push(format!("enter {}", self.line));
                self.line.clear();
            }
            Message::Step(step) => self.said.push(format!("{step:?}")),
            Message::Back => self.said.push("back".into()),
            Message::Left => self.said.push("left".into()),
        }
    }

    fn focus(&mut self, id: &'static str) {
        self.with(|ui, renderer, _| {
            let mut focus = iced::advanced::widget::operation::focusable::focus::<()>(id.into());
            ui.operate(renderer, &mut focus);
        });
    }

    /// Feeds key presses in one batch; true where the field took them.
    fn keys(&mut self, keys: &[Press]) -> Vec<bool> {
        let events: Vec<Event> = keys.iter().map(event).collect();
        self.with(|ui, renderer, messages| {
            let mut clipboard = iced::advanced::clipboard::Null;
            let (_, statuses) =
                ui.update(&events, Cursor::Unavailable, renderer, &mut clipboard, messages);
            statuses.iter().map(|s| *s == iced::event::Status::Captured).collect()
        })
    }

    fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            self.keys(&[sign(&c.to_string(), Modifiers::empty())]);
        }
    }
}

/// As a keyboard says it: a character produces its text, with Ctrl too.
fn event(press: &Press) -> Event {
    let text = match &press.modified {
        Key::Character(text) => Some(text.clone()),
        Key::Named(Named::Space) => Some(" ".into()),
        Key::Named(_) | Key::Unidentified => None,
    };
    Event::Keyboard(keyboard::Event::KeyPressed {
        key: press.key.clone(),
        modified_key: press.modified.clone(),
        physical_key: press.physical,
        location: Location::Standard,
        modifiers: press.modifiers,
        repeat: false,
        text,
    })
}

const CTRL: Modifiers = Modifiers::CTRL;
const NONE: Modifiers = Modifiers::empty();

#[test]
fn typing_is_undone_and_redone_in_a_line() {
    let mut w = Window::default();
    w.focus("line");
    w.type_in("call 3 back");
    let undo = || sign("z", CTRL);
    for expected in ["call 3 ", "call ", "", ""] {
        assert_eq!(w.keys(&[undo()]), [true]);
        assert_eq!(w.line, expected);
    }
    w.keys(&[sign("z", CTRL | Modifiers::SHIFT)]);
    w.keys(&[sign("y", CTRL)]);
    assert_eq!(w.line, "call 3 ");
    w.type_in("x");
    assert_eq!(w.line, "call 3 x", "the cursor stands where it happened");
}

#[test]
fn typing_is_undone_and_redone_in_several_lines() {
    let mut w = Window::default();
    w.focus("lines");
    w.type_in("one");
    w.keys(&[named(Named::Enter, NONE)]);
    w.type_in("two");
    assert_eq!(w.lines.text(), "one\ntwo");
    assert_eq!(w.keys(&[sign("z", CTRL)]), [true]);
    assert_eq!(w.lines.text(), "one\n");
    w.type_in("2");
    assert_eq!(w.lines.text(), "one\n2");
    w.keys(&[sign("z", CTRL)]);
    w.keys(&[sign("z", CTRL)]);
    assert_eq!(w.lines.text(), "");
    w.keys(&[sign("я", CTRL)].map(|press| Press { physical: Physical::Code(Code::KeyY), ..press }));
    assert_eq!(w.lines.text(), "one\n");
    assert_eq!(w.lines.cursor().position, text_editor::Position { line: 1, column: 0 });
}

#[test]
fn combinations_type_nothing_and_go_on_to_the_window() {
    for id in ["line", "lines"] {
        let mut w = Window::default();
        w.focus(id);
        for text in [",", "-", "+", "0", "1", "k", "n"] {
            assert_eq!(w.keys(&[sign(text, CTRL)]), [false], "Ctrl+{text} in {id}");
        }
        assert_eq!(w.keys(&[named(Named::Enter, CTRL)]), [false]);
        assert_eq!(w.keys(&[sign("j", Modifiers::ALT)]), [true]);
        assert_eq!((w.line.as_str(), w.lines.text().as_str()), ("", ""), "{id}");
        assert!(w.said.is_empty(), "{:?}", w.said);
    }
}

#[test]
fn what_a_line_does_not_need_ends_in_it() {
    let mut w = Window::default();
    w.focus("line");
    let keys = [Named::ArrowDown, Named::PageUp, Named::Backspace, Named::Delete, Named::Home];
    assert_eq!(w.keys(&keys.map(|key| named(key, NONE))), [true; 5]);
    assert_eq!(w.said, ["Down", "PageUp", "back"]);
    assert_eq!(w.keys(&[named(Named::Escape, NONE)]), [true]);
    assert_eq!(w.said.last().map(String::as_str), Some("left"));
    assert_eq!(w.keys(&[sign("e", NONE)]), [false], "without the focus it takes nothing");
}

#[test]
fn what_is_typed_in_one_batch_with_enter_or_undo_is_not_mixed_up() {
    let mut w = Window::default();
    w.focus("line");
    let text = |text: &str| sign(text, NONE);
    w.keys(&[text("a"), text("b"), named(Named::Enter, NONE), text("3"), text("4")]);
    assert_eq!((w.said.as_slice(), w.line.as_str()), (&["enter ab".to_owned()][..], "34"));
    w.keys(&[sign("z", CTRL), text("x")]);
    assert_eq!(w.line, "x");
    let mut w = Window::default();
    w.focus("lines");
    w.type_in("one ");
    w.keys(&[text("t"), text("w"), sign("z", CTRL), text("3")]);
    assert_eq!(w.lines.text(), "one 3");
}

#[test]
fn a_password_is_not_kept_to_be_undone() {
    let mut input = Field::<String>::new("", "").secure(true).on_input(|text| text);
    let mut tree = Tree::new(&input as &dyn Widget<String, Theme, Renderer>);
    let mut said = Vec::new();
    let mut shell = Shell::new(&mut said);
    input.said(tree.state.downcast_mut(), Said::Input("secret".into()), &mut shell);
    assert_eq!(tree.state.downcast_mut::<State>().history.undo(), None);
    input = Field::new("", "").on_input(|text| text);
    input.said(tree.state.downcast_mut(), Said::Input("plain".into()), &mut shell);
    assert_eq!(tree.state.downcast_mut::<State>().history.undo(), Some(6));
}
