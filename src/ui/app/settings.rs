//! Settings: a page of its own. Changes count at once; there is no Save.

use std::path::{Path, PathBuf};

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row, scrollable, space},
};

use super::{
    App, Message as Root, World,
    dialog::Dialog,
    voice_card::{self, Order, VoiceCard},
};
use crate::{
    audio::{ClipId, Command as Audio, Problem, Segment},
    codec::Pcm,
    engine::{OwnCard, ReceiptPolicy},
    model::AccountId,
    ui::{
        bridge,
        now_playing::speed,
        screen::{Verb, composer::take},
        theme::{
            Icon, Look, MEDIUM, Mode, REGULAR, SEMIBOLD, TEXT_SIZES, Type, icon,
            icons::logo,
            radius,
            style::{self, Face, Kind, Touch},
        },
        widget::{
            El, Press, button, field, hairline,
            menu::{Item, menu},
            meter, popover, segmented, slider, switch, vertical_hairline,
        },
    },
    wording::Word,
};

/// Which section is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// Accounts.
    Accounts,
    /// The own spoken name.
    VoiceCard,
    /// How messages sound.
    #[default]
    Listening,
    /// The microphone.
    Recording,
    /// Undo and receipts.
    Sending,
    /// Theme, text size, density.
    Appearance,
    /// Phone keys.
    Keyboard,
    /// Version and licences.
    About,
}

const SECTIONS: [(Section, Icon, Word, Word); 8] = [
    (Section::Accounts, Icon::CircleUserRound, word!("set-accounts"), word!("set-accounts-line")),
    (Section::VoiceCard, Icon::IdCard, word!("set-voice-card"), word!("set-voice-card-line")),
    (Section::Listening, Icon::Headphones, word!("set-listening"), word!("set-listening-line")),
    (Section::Recording, Icon::Mic, word!("set-recording"), word!("set-recording-line")),
    (Section::Sending, Icon::Send, word!("set-sending"), word!("set-sending-line")),
    (Section::Appearance, Icon::Palette, word!("set-appearance"), word!("set-appearance-line")),
    (Section::Keyboard, Icon::Keyboard, word!("set-keyboard"), word!("set-keyboard-line")),
    (Section::About, Icon::Info, word!("set-about"), word!("set-about-line")),
];

/// The page.
#[derive(Debug, Default)]
pub struct Settings {
    section: Section,
    open: Option<Device>,
    /// There while its section is shown.
    card: Option<VoiceCard>,
    /// The microphone is open to show its level.
    listens: bool,
    output: Option<String>,
    input: Option<String>,
    /// What is typed as the program that decodes other recordings, and whether it is none.
    program: Option<String>,
    program_wrong: bool,
}

/// Which choice of a device is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// Loudspeaker.
    Output,
    /// Microphone.
    Input,
}

/// What the page says.
#[derive(Debug, Clone)]
pub enum Message {
    /// Back to mail.
    Back,
    /// Another section.
    Show(Section),
    /// Shows or hides the choice of a device.
    Choose(Option<Device>),
    /// A device; `None` is the system's choice.
    Use(Device, Option<String>),
    /// Plays the test sound.
    TestOutput,
    /// Opens the microphone to show its level, or closes it.
    TestInput,
    /// What happens to the own voice card.
    Card(voice_card::Message),
    /// Volume.
    Volume(f32),
    /// One step slower or faster.
    Speed(f32),
    /// Skip silence.
    SkipSilence(bool),
    /// Say who it is from first.
    NameFirst(bool),
    /// Typing the path of the program that decodes other recordings.
    Program(String),
    /// Choosing it in a dialog.
    FindProgram,
    /// It was chosen, or not.
    ProgramFound(Option<PathBuf>),
    /// Phone keys.
    PhoneKeys(bool),
    /// All keys.
    Keys,
    /// Seconds that Send can be undone.
    Undo(u32),
    /// What to do about receipts.
    Receipts(ReceiptPolicy),
    /// When the own contact card goes along.
    OwnCard(OwnCard),
    /// Theme.
    Theme(Mode),
    /// Text size in percent.
    TextSize(u16),
    /// Compact rows.
    Compact(bool),
    /// Nothing moves but what must.
    ReducedMotion(bool),
    /// Add an account.
    AddAccount,
    /// Remove an account, after a question.
    RemoveAccount(AccountId),
}

impl App {
    pub(super) fn settings_message(&mut self, message: Message) -> iced::Task<Root> {
        let prefs = &mut self.world.prefs;
        match message {
            Message::Back => return self.back(),
            Message::Show(section) => {
                self.settle_settings();
                let dir = self.world.recordings_dir.with_file_name("voice-card");
                if let super::Page::Settings(settings) = &mut self.page {
                    settings.section = section;
                    settings.open = None;
                    settings.card = (section == Section::VoiceCard).then(|| VoiceCard::new(dir));
                }
                if section == Section::VoiceCard {
                    return bridge::ask(
                        self.engine.as_ref(),
                        |engine| async move { engine.own_name().await },
                        |name| Root::Settings(Message::Card(voice_card::Message::Loaded(name))),
                    );
                }
            }
            Message::TestOutput => self.send(test_sound()),
            Message::TestInput => {
                if let super::Page::Settings(settings) = &mut self.page {
                    settings.listens = !settings.listens;
                    let on = settings.listens;
                    self.send(Audio::Monitor(on));
                }
            }
            Message::Card(message) => {
                let super::Page::Settings(settings) = &mut self.page else {
                    return iced::Task::none();
                };
                let Some(card) = &mut settings.card else { return iced::Task::none() };
                let orders = card.update(message, &self.world.sound);
                return self.card_orders(orders);
            }
            Message::Choose(open) => {
                if let super::Page::Settings(settings) = &mut self.page {
                    settings.open = open;
                }
            }
            Message::Use(device, name) => {
                if let super::Page::Settings(settings) = &mut self.page {
                    settings.open = None;
                    match device {
                        Device::Output => settings.output.clone_from(&name),
                        Device::Input => settings.input.clone_from(&name),
                    }
                }
                self.send(match device {
                    Device::Output => Audio::UseOutput(name),
                    Device::Input => Audio::UseInput(name),
                });
            }
            Message::Volume(volume) => {
                prefs.volume = volume;
                self.send(Audio::Volume(volume));
            }
            Message::Speed(by) => {
                prefs.speed = (prefs.speed + by).clamp(0.5, 3.0);
                let speed = prefs.speed;
                self.send(Audio::Speed(speed));
            }
            Message::SkipSilence(on) => {
                prefs.skip_silence = on;
                self.send(Audio::SkipSilence(on));
            }
            Message::NameFirst(on) => prefs.name_first = on,
            Message::Program(text) => self.use_program(text),
            Message::FindProgram => {
                let dialog = async {
                    let found = rfd::AsyncFileDialog::new().pick_file().await;
                    found.map(|file| file.path().to_owned())
                };
                return iced::Task::perform(dialog, |found| {
                    Root::Settings(Message::ProgramFound(found))
                });
            }
            Message::ProgramFound(None) => {}
            Message::ProgramFound(Some(file)) => {
                self.use_program(file.to_string_lossy().into_owned());
            }
            Message::PhoneKeys(on) => prefs.phone_keys = on,
            Message::Keys => self.dialog = Some(Dialog::Keys),
            Message::Undo(seconds) => {
                prefs.undo_seconds = seconds;
                if let Some(engine) = &self.engine {
                    engine.set_undo_seconds(seconds);
                }
            }
            Message::Receipts(policy) => {
                prefs.receipts = policy;
                if let Some(engine) = &self.engine {
                    engine.set_receipt_policy(policy);
                }
            }
            Message::OwnCard(when) => {
                prefs.own_card = when;
                if let Some(engine) = &self.engine {
                    engine.set_own_card(when);
                }
            }
            Message::Theme(mode) => prefs.theme = mode,
            Message::TextSize(percent) => prefs.text_size = percent,
            Message::Compact(on) => prefs.compact = on,
            Message::ReducedMotion(on) => prefs.reduced_motion = on,
            Message::AddAccount => return self.verb(Verb::AddAccount),
            Message::RemoveAccount(id) => self.dialog = Some(Dialog::RemoveAccount(id)),
        }
        self.save_prefs();
        iced::Task::none()
    }

    fn card_orders(&self, orders: Vec<Order>) -> iced::Task<Root> {
        let card = |message| Root::Settings(Message::Card(message));
        iced::Task::batch(orders.into_iter().map(|order| match order {
            Order::Audio(command) => {
                self.send(command);
                iced::Task::none()
            }
            Order::Read(file) => {
                iced::Task::perform(take(file), move |pcm| card(voice_card::Message::Read(pcm)))
            }
            Order::Keep(name) => {
                let kept = name.clone();
                bridge::ask(
                    self.engine.as_ref(),
                    |engine| async move { engine.set_own_name(name).await },
                    move |done| card(voice_card::Message::Kept(kept.clone(), done)),
                )
            }
        }))
    }

    /// The audio thread says something while the page is open.
    pub(super) fn settings_sound(&mut self) -> iced::Task<Root> {
        let super::Page::Settings(settings) = &mut self.page else { return iced::Task::none() };
        let Some(card) = &mut settings.card else { return iced::Task::none() };
        let order = card.observe(&self.world.sound);
        self.card_orders(order.into_iter().collect())
    }

    /// A section or the page is left: the microphone closes.
    pub(super) fn settle_settings(&mut self) {
        let super::Page::Settings(settings) = &mut self.page else { return };
        let mut commands = settings.card.take().map(|mut card| card.leave()).unwrap_or_default();
        if std::mem::take(&mut settings.listens) {
            commands.push(Audio::Monitor(false));
        }
        for command in commands {
            self.send(command);
        }
    }

    /// Takes over a path as it is typed; only one that leads to a file is used.
    fn use_program(&mut self, text: String) {
        let path = PathBuf::from(text.trim());
        let there = path.is_absolute() && path.is_file();
        self.world.prefs.ffmpeg = there.then_some(path);
        if let Some(engine) = &self.engine {
            engine.set_program(self.world.prefs.ffmpeg.clone());
        }
        if let super::Page::Settings(settings) = &mut self.page {
            settings.program_wrong = !there && !text.trim().is_empty();
            settings.program = Some(text);
        }
    }
}

/// Two soft tones, one after the other.
fn test_sound() -> Audio {
    const RATE: u32 = 16_000;
    let tone = |hertz: f32| {
        let count = RATE / 2;
        (0..count).map(move |n| {
            #[allow(clippy::cast_precision_loss)]
            let (at, whole) = (n as f32 / RATE as f32, n as f32 / count as f32);
            // Swells and fades, so that nothing clicks.
            let loud = (std::f32::consts::PI * whole).sin() * 8_000.0;
            #[allow(clippy::cast_possible_truncation)]
            let sample = (loud * (std::f32::consts::TAU * hertz * at).sin()) as i16;
            sample
        })
    };
    let samples = tone(523.25).chain(tone(659.25)).collect();
    Audio::Load {
        clip: ClipId("test".into()),
        segments: vec![Segment::whole(
            "test",
            std::sync::Arc::new(Pcm { samples, rate: RATE }),
            false,
        )],
        segment: 0,
        at: std::time::Duration::ZERO,
        play: true,
    }
}

/// Why there is no sound, or no recording, in words.
pub(super) fn no_sound(problem: &Problem) -> String {
    match problem {
        Problem::NoOutput => fl!("player-no-output"),
        Problem::NoInput => fl!("recorder-no-microphone"),
        Problem::NotPermitted => fl!("recorder-not-permitted"),
        Problem::Unplugged => fl!("device-unplugged"),
        Problem::DiskFull => fl!("recorder-disk-full-bare"),
        Problem::Other(_) => fl!("recorder-other"),
    }
}

/// Draws the page.
pub fn view<'a>(settings: &'a Settings, world: &'a World) -> El<'a, Message> {
    let look = world.look();
    let c = look.c;
    let narrow = world.size.width < 760.0;
    let (_, _, title, line) =
        SECTIONS.iter().find(|(section, ..)| *section == settings.section).unwrap_or(&SECTIONS[0]);
    let rows: Vec<El<'a, Message>> = match settings.section {
        Section::Accounts => accounts(look, world),
        Section::VoiceCard => settings
            .card
            .iter()
            .map(|card| voice_card::view(card, &world.sound, look).map(Message::Card))
            .chain([own_card(look, world)])
            .collect(),
        Section::Listening => listening(look, world, settings),
        Section::Recording => recording(look, world, settings),
        Section::Sending => sending(look, world),
        Section::Appearance => appearance(look, world),
        Section::Keyboard => keyboard(look, world),
        Section::About => about(look),
    };
    let mut page = column![
        look.text(Type::Title, title()),
        look.text(Type::Ui, line()).color(c.text_2),
        space().height(12),
    ]
    .spacing(4)
    .max_width(712);
    for row in rows {
        page = page.push(row);
    }
    let page =
        scrollable(container(page).width(Length::Fill).padding([32, if narrow { 20 } else { 48 }]))
            .height(Length::Fill)
            .width(Length::Fill)
            .style(style::scrollbar(look));
    let content = container(page)
        .width(Length::Fill)
        .height(Length::Fill)
        .style(move |_| style::area(c.reading));
    row![nav(look, settings.section, narrow), vertical_hairline(look), content].into()
}

fn nav<'a>(look: Look, now: Section, narrow: bool) -> El<'a, Message> {
    let c = look.c;
    let entry = |mark, name: String, here: bool, message| -> El<'a, Message> {
        let color = if here { c.accent } else { c.text_2 };
        let mut line = row![icon(mark, 16.0, color)].spacing(10).align_y(Alignment::Center);
        if !narrow {
            line = line.push(
                look.text(Type::Ui, name)
                    .font(if here { SEMIBOLD } else { REGULAR })
                    .color(if here { c.text } else { c.text_2 }),
            );
        }
        Press::new(container(line).center_y(Length::Fill))
            .width(Length::Fill)
            .height(look.height(30.0))
            .padding([0, 10])
            .face(move |touch| Face {
                fill: match (here, touch) {
                    (true, _) => Some(c.selected_idle),
                    (_, Touch::Rest) => None,
                    _ => Some(c.hover),
                },
                outline: None,
                radius: radius::CONTROL,
                text: c.text,
            })
            .ring(c.accent)
            .ring_inside()
            .on_press(message)
            .into()
    };
    let mut list =
        column![entry(Icon::ArrowLeft, fl!("set-back"), false, Message::Back), space().height(10)]
            .spacing(1)
            .padding(8);
    for (section, mark, name, _) in SECTIONS {
        list = list.push(entry(mark, name(), section == now, Message::Show(section)));
    }
    container(list)
        .width(if narrow { 55 } else { 231 })
        .height(Length::Fill)
        .padding(Padding { top: 4.0, ..Padding::ZERO })
        .style(move |_| style::area(c.sidebar))
        .into()
}

fn heading<'a>(look: Look, title: String) -> El<'a, Message> {
    column![
        space().height(12),
        look.text(Type::Ui, title).font(SEMIBOLD),
        space().height(6),
        hairline(look)
    ]
    .into()
}

/// A row: title, one line of help, and the control at the right.
fn line<'a>(
    look: Look,
    title: String,
    help: String,
    control: impl Into<El<'a, Message>>,
) -> El<'a, Message> {
    let words = column![
        look.text(Type::Ui, title).font(MEDIUM),
        look.text(Type::Small, help).color(look.c.text_2)
    ]
    .spacing(1)
    .width(Length::Fill);
    column![
        container(row![words, control.into()].spacing(16).align_y(Alignment::Center))
            .padding([11, 0]),
        hairline(look)
    ]
    .into()
}

fn on_off<'a>(look: Look, on: bool, message: Message) -> El<'a, Message> {
    row![
        look.text(Type::Small, if on { fl!("on") } else { fl!("off") }).color(look.c.text_2),
        switch(look, on, message)
    ]
    .spacing(8)
    .align_y(Alignment::Center)
    .into()
}

fn choice<'a>(
    look: Look,
    mark: Icon,
    device: Device,
    now: Option<&'a String>,
    names: &'a [String],
    open: bool,
) -> El<'a, Message> {
    let label = now.cloned().unwrap_or_else(|| fl!("device-system"));
    let press = Press::new(
        container(
            row![
                icon(mark, 16.0, look.c.text_2),
                crate::ui::widget::ellipsis(look, Type::Ui, label),
                icon(Icon::ChevronsUpDown, 14.0, look.c.text_2)
            ]
            .spacing(8)
            .align_y(Alignment::Center),
        )
        .center_y(Length::Fill),
    )
    .width(236.0 * look.scale)
    .height(look.height(32.0))
    .padding([0, 10])
    .face(move |touch| Kind::Outline.face(look, touch))
    .ring(look.c.accent)
    .on_press(Message::Choose((!open).then_some(device)));
    let list = open.then(|| {
        let mut items = vec![
            Item::new(fl!("device-system"), Message::Use(device, None)).checked(now.is_none()),
        ];
        items.extend(names.iter().map(|name| {
            Item::new(name.clone(), Message::Use(device, Some(name.clone())))
                .checked(now == Some(name))
        }));
        menu(look, items, 280.0)
    });
    popover(look, press, list, Message::Choose(None)).end().into()
}

fn listening<'a>(look: Look, world: &'a World, s: &'a Settings) -> Vec<El<'a, Message>> {
    let prefs = &world.prefs;
    let step = |mark, name: String, by| {
        button::icon_button_of(look, Kind::Ghost, mark, 28.0, name, None, Some(Message::Speed(by)))
    };
    let stepper = container(
        row![
            step(Icon::Minus, fl!("slower"), -0.25),
            container(look.text(Type::Ui, speed(prefs.speed)).font(SEMIBOLD))
                .center_x(Length::Fixed(48.0)),
            step(Icon::Plus, fl!("faster"), 0.25),
        ]
        .align_y(Alignment::Center),
    )
    .padding(1)
    .style(move |_| style::boxed(look.c.reading, Some(look.c.border_strong), radius::CONTROL));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let percent = (prefs.volume * 100.0).round() as usize;
    let volume = row![
        slider(look, prefs.volume, Message::Volume).width(180),
        look.text(Type::Ui, fl!("percent", count = percent)).color(look.c.text_2)
    ]
    .spacing(16)
    .align_y(Alignment::Center);
    let devices = choice(
        look,
        Icon::Headphones,
        Device::Output,
        s.output.as_ref(),
        &world.sound.outputs,
        s.open == Some(Device::Output),
    );
    let test = button::labelled(
        look,
        Kind::Outline,
        button::Size::Default,
        Some(Icon::Play),
        fl!("set-test"),
    )
    .on_press(Message::TestOutput);
    let output =
        world.sound.player.problem.as_ref().map_or_else(|| fl!("set-output-line"), no_sound);
    vec![
        heading(look, fl!("set-sound")),
        line(look, fl!("set-output"), output, row![devices, test].spacing(12)),
        line(look, fl!("set-volume"), fl!("set-volume-line"), volume),
        heading(look, fl!("set-playback")),
        line(look, fl!("set-speed"), fl!("set-speed-line"), stepper),
        line(
            look,
            fl!("set-silence"),
            fl!("set-silence-line"),
            on_off(look, prefs.skip_silence, Message::SkipSilence(!prefs.skip_silence)),
        ),
        line(
            look,
            fl!("set-name-first"),
            fl!("set-name-first-line"),
            on_off(look, prefs.name_first, Message::NameFirst(!prefs.name_first)),
        ),
        program(look, world, s),
    ]
}

/// The program for recordings that Aloud cannot decode.
fn program<'a>(look: Look, world: &'a World, s: &'a Settings) -> El<'a, Message> {
    let chosen = world.prefs.ffmpeg.as_deref().and_then(Path::to_str).unwrap_or_default();
    let value = s.program.as_deref().unwrap_or(chosen);
    let input = field(look, "/usr/bin/ffmpeg", value, s.program_wrong)
        .id("set-program")
        .on_input(Message::Program)
        .width(300);
    let choose = button::outline_small(look, fl!("set-program-choose"));
    let control =
        row![input, choose.on_press(Message::FindProgram)].spacing(8).align_y(Alignment::Center);
    let text = if s.program_wrong { fl!("set-program-wrong") } else { fl!("set-program-line") };
    let color = if s.program_wrong { look.c.danger } else { look.c.text_2 };
    column![
        container(
            column![
                look.text(Type::Ui, fl!("set-program")).font(MEDIUM),
                look.text(Type::Small, text).color(color),
                space().height(6),
                control
            ]
            .spacing(1)
        )
        .padding([11, 0]),
        hairline(look)
    ]
    .into()
}

fn recording<'a>(look: Look, world: &'a World, s: &'a Settings) -> Vec<El<'a, Message>> {
    let recorder = &world.sound.recorder;
    let mut level = row![].spacing(16).align_y(Alignment::Center);
    if s.listens && recorder.problem.is_none() {
        level = level.push(meter(look, recorder.level, recorder.silent));
    }
    let label = if s.listens { fl!("set-test-end") } else { fl!("set-test") };
    let level = level.push(button::outline(look, label).on_press(Message::TestInput));
    let problem = recorder.problem.as_ref().filter(|_| s.listens);
    let text = problem.map_or_else(|| fl!("set-level-line"), no_sound);
    vec![
        line(
            look,
            fl!("set-input"),
            fl!("set-input-line"),
            choice(
                look,
                Icon::Mic,
                Device::Input,
                s.input.as_ref(),
                &world.sound.inputs,
                s.open == Some(Device::Input),
            ),
        ),
        line(look, fl!("set-level"), text, level),
    ]
}

fn sending<'a>(look: Look, world: &World) -> Vec<El<'a, Message>> {
    let now = world.prefs.undo_seconds;
    let options = [0_u32, 5, 10, 20, 30].map(|seconds| {
        (fl!("seconds", count = seconds as usize), seconds == now, Message::Undo(seconds))
    });
    let prefs = &world.prefs;
    let receipts = [
        (ReceiptPolicy::Ask, fl!("receipts-ask")),
        (ReceiptPolicy::Always, fl!("receipts-always")),
        (ReceiptPolicy::Never, fl!("receipts-never")),
    ]
    .map(|(policy, name)| (name, policy == prefs.receipts, Message::Receipts(policy)));
    vec![
        line(look, fl!("set-undo"), fl!("set-undo-line"), segmented(look, options)),
        line(look, fl!("set-receipts"), fl!("set-receipts-line"), segmented(look, receipts)),
        own_card(look, world),
    ]
}

/// When the own contact card goes along.
fn own_card<'a>(look: Look, world: &World) -> El<'a, Message> {
    let card = [
        (OwnCard::Automatic, fl!("card-automatic")),
        (OwnCard::Always, fl!("card-always")),
        (OwnCard::Never, fl!("card-never")),
    ]
    .map(|(when, name)| (name, when == world.prefs.own_card, Message::OwnCard(when)));
    line(look, fl!("set-card"), fl!("set-card-line"), segmented(look, card))
}

fn appearance<'a>(look: Look, world: &World) -> Vec<El<'a, Message>> {
    let prefs = &world.prefs;
    let modes = [
        (Mode::System, fl!("theme-system")),
        (Mode::Light, fl!("theme-light")),
        (Mode::Dark, fl!("theme-dark")),
    ]
    .map(|(mode, name)| (name, mode == prefs.theme, Message::Theme(mode)));
    let sizes = TEXT_SIZES.map(|percent| {
        (
            fl!("percent", count = usize::from(percent)),
            percent == prefs.text_size,
            Message::TextSize(percent),
        )
    });
    let density = [(false, fl!("density-comfortable")), (true, fl!("density-compact"))]
        .map(|(compact, name)| (name, compact == prefs.compact, Message::Compact(compact)));
    vec![
        line(look, fl!("set-theme"), fl!("set-theme-line"), segmented(look, modes)),
        line(look, fl!("set-text-size"), fl!("set-text-size-line"), segmented(look, sizes)),
        line(look, fl!("set-density"), fl!("set-density-line"), segmented(look, density)),
        line(
            look,
            fl!("set-motion"),
            fl!("set-motion-line"),
            on_off(look, prefs.reduced_motion, Message::ReducedMotion(!prefs.reduced_motion)),
        ),
    ]
}

fn keyboard<'a>(look: Look, world: &World) -> Vec<El<'a, Message>> {
    let on = world.prefs.phone_keys;
    let control = row![
        button::ghost(look, None, fl!("see-keys")).on_press(Message::Keys),
        on_off(look, on, Message::PhoneKeys(!on))
    ]
    .spacing(16)
    .align_y(Alignment::Center);
    vec![line(look, fl!("set-phone"), fl!("set-phone-line"), control)]
}

fn accounts<'a>(look: Look, world: &'a World) -> Vec<El<'a, Message>> {
    let mut rows: Vec<El<'a, Message>> = world
        .sidebar
        .accounts
        .iter()
        .map(|account| {
            let s = &account.settings;
            let detail = fl!(
                "account-detail",
                address = s.address.as_str(),
                imap = &s.imap.host,
                smtp = &s.smtp.host
            );
            let remove =
                button::labelled(look, Kind::Destructive, button::Size::Small, None, fl!("remove"))
                    .on_press(Message::RemoveAccount(account.id));
            line(look, s.label.clone(), detail, remove)
        })
        .collect();
    rows.push(space().height(16).into());
    rows.push(button::outline(look, fl!("demo-add")).on_press(Message::AddAccount).into());
    rows
}

fn about<'a>(look: Look) -> Vec<El<'a, Message>> {
    let licences = look.text(Type::Small, fl!("about-licences")).color(look.c.text_2);
    vec![
        row![
            logo(look, 48.0),
            column![
                look.text(Type::Heading, "Aloud"),
                look.text(Type::Ui, fl!("about-version", version = env!("CARGO_PKG_VERSION")))
                    .color(look.c.text_2),
            ]
        ]
        .spacing(16)
        .align_y(Alignment::Center)
        .into(),
        space().height(16).into(),
        licences.into(),
    ]
}
