//! What happens, and what is done about it.

use iced::{Task, advanced::widget::operate};

use super::{App, Message, Page, Pane};
use crate::ui::{
    id, list,
    screen::{composer::Composer, directory::Directory, outbox, reader::Reader, welcome},
    theme::Icon,
    widget::focus,
    words,
};
use crate::wording::operation;

impl App {
    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message) -> Task<Message> {
        let (hung, covered) = (self.hangs(), self.dialog.is_some());
        let mut task = self.take(message);
        if let Some(leave) = self.leave_when_handed() {
            task = Task::batch([task, leave]);
        }
        // What opens has the keys; what closes gives them back to where they were.
        if self.dialog.is_some() && !covered {
            operate(focus::cycle(Some(id::DIALOG), &[], true, false)).chain(task)
        } else if hung && !self.hangs() {
            operate(focus::Return::default()).chain(task)
        } else {
            task
        }
    }

    /// Whether a menu or another popover that has the keys is open.
    fn hangs(&self) -> bool {
        let page = match &self.page {
            Page::Settings(settings) => settings.hangs(),
            Page::Starting | Page::Welcome | Page::Account(_) | Page::Mail => false,
        };
        page || self.list.sort_open
            || self.shared.sidebar.sync_open
            || self.reader.as_ref().is_some_and(Reader::hangs)
            || self.composer.as_ref().is_some_and(Composer::hangs)
            || self.directory.as_ref().is_some_and(Directory::hangs)
    }

    fn take(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::Engine(event) => self.engine_event(event),
            Message::Sound(state) => self.sound(state),
            Message::Key(press) => self.key(&press),
            Message::Resized(size) => {
                self.shared.size = size;
                Task::none()
            }
            Message::System(mode) => {
                self.shared.system_dark = mode == iced::theme::Mode::Dark;
                Task::none()
            }
            Message::Clock => {
                self.shared.now = super::shared::now();
                Task::none()
            }
            Message::Second => self.second(),
            Message::Drag(on) => {
                self.dragging = on;
                if !on {
                    self.save_prefs();
                }
                Task::none()
            }
            Message::Dragged(x) => {
                let width = (x - self.shared.side_width()) / self.shared.look().scale;
                self.shared.prefs.list_width = width.clamp(300.0, 480.0);
                Task::none()
            }
            Message::Overview(answer) => self.overview_came(answer),
            Message::Faces(photos, people) => {
                self.shared.faces.retain(&people);
                for (id, photo) in photos {
                    self.shared.faces.insert(id, photo);
                }
                Task::none()
            }
            Message::Reload => {
                self.reload_due = false;
                self.reloaded = Some(std::time::Instant::now());
                let height = self.shared.row_height();
                let fetches = self.list.reload(height);
                let outbox = match self.outbox.is_some() {
                    true => self.update(Message::Outbox(outbox::Message::Changed)),
                    false => Task::none(),
                };
                Task::batch([self.fetch(fetches), self.overview(), outbox])
            }
            Message::Done(done, answer) => self.done(done, answer),
            Message::Deleted(done, answer) => self.deleted(done, answer),
            Message::Told(name, answer) => self.told(name, answer),
            Message::Undone(answer) => {
                if let Err(error) = answer {
                    self.say(Icon::CircleX, words::error_text(&error));
                }
                self.reload_soon()
            }
            Message::Ordered(answer) => {
                if let Err(error) = answer {
                    self.say(Icon::CircleX, words::error_text(&error));
                }
                Task::none()
            }
            Message::Demo(answer) => match answer {
                Ok(engine) => {
                    // What is being written is kept where it belongs.
                    let parted = self.part_composer();
                    self.home = self.engine.take();
                    self.demo = true;
                    Task::batch([parted, self.take_engine(engine)])
                }
                Err(error) => {
                    self.page = Page::Welcome;
                    self.say(Icon::CircleX, words::error_text(&error));
                    Task::none()
                }
            },
            Message::Home(answer) => match answer {
                Ok(engine) => self.leave_demo(engine),
                Err(error) => {
                    self.say(Icon::CircleX, words::error_text(&error));
                    Task::none()
                }
            },
            Message::SigningIn(attempt, waits) => self.waits_for_browser(&attempt, waits),
            Message::SignedIn(attempt, outcome) => self.signed_in(&attempt, outcome),
            Message::Sidebar(message) => self.sidebar(message),
            Message::List(message) => {
                if matches!(message, list::Message::Pressed(_) | list::Message::Search(_)) {
                    self.pane = Pane::List;
                }
                let action = self.list.update(message, self.shared.row_height());
                self.list_action(action)
            }
            Message::Strip(message) => self.strip(message),
            Message::Toast(message) => self.toast_message(message),
            Message::Dialog(message) => self.dialog_message(message),
            Message::Settings(message) => self.settings(message),
            Message::Welcome(message) => self.act(welcome::update(message), Message::Welcome),
            Message::Account(message) => {
                let Page::Account(form) = &mut self.page else { return Task::none() };
                let act = form.update(message);
                self.act(act, Message::Account)
            }
            Message::Reader(message) => self.reader(message),
            Message::Composer(message) => self.composer(message),
            Message::ToComposer(number, message) => self.answer_composer(number, message),
            Message::Parted(draft, answer) => self.parted(&draft, answer),
            Message::Quit => self.quit(),
            Message::Left(answer) => self.left(answer),
            Message::HandingLate(since) => self.handing_late(since),
            Message::Outbox(message) => {
                let Some(outbox) = &mut self.outbox else { return Task::none() };
                let act = outbox.update(message);
                self.act(act, Message::Outbox)
            }
            Message::Directory(message) => self.directory(message),
            Message::Many(command) => self.tidy(command),
            Message::Pane(pane) => {
                self.pane = pane;
                Task::none()
            }
            Message::CloseMenu => {
                self.menu = false;
                Task::none()
            }
            Message::Kept(drafts) => {
                self.kept = drafts.into_iter().next();
                Task::none()
            }
            Message::StillKept(drafts) => {
                let kept = self.kept.take();
                self.kept =
                    drafts.into_iter().find(|d| kept.as_ref().is_some_and(|k| k.id == d.id));
                Task::none()
            }
            Message::NotDone(id, all) => {
                if let Some(operation) = all.iter().find(|operation| operation.id == id) {
                    self.say(Icon::CircleX, operation::sentence(operation));
                }
                Task::none()
            }
            Message::Ignored => Task::none(),
        }
    }
}
