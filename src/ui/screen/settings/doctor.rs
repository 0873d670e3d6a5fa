//! The section that looks at everything Aloud stands on (`engine::doctor`): one button, and a line for
//! each thing with what to do about it. It names no address and no host, so the page can be shown to
//! whoever helps. Loudspeaker and microphone are as the audio thread lists them.

use iced::{
    Alignment, Length,
    widget::{column, container, row, space},
};

use crate::{
    engine::doctor::{Finding, Verdict},
    ui::{
        screen::Context,
        theme::{Icon, Look, MEDIUM, Type, icon},
        widget::{El, button, hairline},
    },
    wording::doctor::{self as words, Line},
};

/// What the section shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Doctor {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// It is being looked at.
    Looking,
    /// What was found.
    Found(Vec<Finding>),
}

/// What happens to the section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Look at everything.
    Examine,
    /// This was found.
    Found(Vec<Finding>),
}

impl Doctor {
    /// Applies `message`; whether the engine is to be asked.
    pub fn update(&mut self, message: Message) -> bool {
        match message {
            Message::Examine if *self == Self::Looking => false,
            Message::Examine => {
                *self = Self::Looking;
                true
            }
            Message::Found(found) => {
                *self = Self::Found(found);
                false
            }
        }
    }
}

/// Every line, in the order in which it is shown.
fn lines(found: &[Finding], ctx: &Context<'_>) -> Vec<Line> {
    let engine = found.iter().map(|finding| {
        let at = |id| ctx.accounts.iter().position(|account| account.id == id).map(|at| at + 1);
        words::line(finding, finding.account.and_then(at), false)
    });
    let sound = [
        words::device(true, listed(&ctx.audio.inputs)),
        words::device(false, listed(&ctx.audio.outputs)),
    ];
    engine.chain(sound).collect()
}

fn listed(names: &[String]) -> words::Device {
    if names.is_empty() { words::Device::Unusable } else { words::Device::Listed }
}

/// Draws the section.
pub fn view<'a>(doctor: &'a Doctor, ctx: &Context<'a>, look: Look) -> Vec<El<'a, Message>> {
    let looking = *doctor == Doctor::Looking;
    let label = if looking { fl!("doctor-looking") } else { fl!("doctor-examine") };
    let press = button::outline(look, label).on_press_maybe((!looking).then_some(Message::Examine));
    let mut rows: Vec<El<'a, Message>> = vec![press.into(), space().height(12).into()];
    if let Doctor::Found(found) = doctor {
        rows.extend(lines(found, ctx).into_iter().map(|line| drawn(look, line)));
    }
    rows
}

fn drawn<'a>(look: Look, line: Line) -> El<'a, Message> {
    let (mark, color) = match line.verdict {
        Verdict::Good => (Icon::CircleCheck, look.c.text_2),
        Verdict::Warning => (Icon::TriangleAlert, look.c.text),
        Verdict::Failure => (Icon::CircleX, look.c.danger),
        Verdict::Skipped => (Icon::Info, look.c.text_2),
    };
    let account = line.account.map(|number| fl!("doctor-account", number = number.to_string()));
    let what: Vec<String> = account.into_iter().chain([line.what]).collect();
    let mut words = column![
        look.text(Type::Ui, what.join(", ")).font(MEDIUM),
        look.text(Type::Small, line.says).color(look.c.text_2)
    ]
    .spacing(1)
    .width(Length::Fill);
    if let Some(fix) = line.fix {
        words = words.push(look.text(Type::Small, fix).color(look.c.text));
    }
    let state = look.text(Type::Small, words::verdict(line.verdict)).color(color);
    let line = row![icon(mark, 16.0, color), words, state].spacing(12).align_y(Alignment::Center);
    column![container(line).padding([9, 0]), hairline(look)].into()
}
