//! The people of the demo: names, addresses, telephone numbers, contact cards.

use super::recording;
use crate::{DEMO_ADDRESS, DEMO_NAME, DEMO_VOICE_ADDRESS};
use aloud_message::card::{self, CardDoc, Email, Sound, Tel};
use aloud_model::{AddrSpec, Address};

/// A person or a department.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) name: &'static str,
    role: &'static str,
    organization: &'static str,
    place: &'static str,
    zone: &'static str,
    /// Voice mail address; empty without one.
    pub(super) voice: &'static str,
    /// Mail address; empty without one.
    pub(super) mail: &'static str,
    tels: &'static [(&'static str, &'static str)],
    photo: &'static [u8],
    /// Recording of the spoken name; empty without one.
    pub(super) spoken: &'static str,
}

const NOBODY: Person = Person {
    name: "",
    role: "",
    organization: "",
    place: "",
    zone: "",
    voice: "",
    mail: "",
    tels: &[],
    photo: &[],
    spoken: "",
};

macro_rules! portrait {
    ($name:literal) => {
        include_bytes!(concat!("../../../../assets/portraits/", $name, ".svg"))
    };
}

pub(super) const HELEN: Person = Person {
    name: DEMO_NAME,
    role: "Operations",
    organization: "Calder & Finch",
    place: "Leeds",
    voice: DEMO_VOICE_ADDRESS,
    mail: DEMO_ADDRESS,
    tels: &[("+44 20 7946 0102", "work,voice")],
    photo: portrait!("woman-red-hair"),
    spoken: "helen-name",
    ..NOBODY
};

pub(super) const GRAHAM: Person = Person {
    name: "Graham Pearce",
    role: "Network engineer",
    organization: "Northgate Telecom",
    place: "Ottawa, Ontario",
    zone: "-05:00",
    voice: "6135550142@vm.northgate.example",
    mail: "graham.pearce@northgate.example",
    tels: &[("+1 613 555 0142", "work,voice"), ("+1 613 555 0197", "work,fax")],
    photo: portrait!("man-glasses"),
    spoken: "graham-name",
};

pub(super) const PRIYA: Person = Person {
    name: "Priya Raman",
    role: "Purchasing",
    organization: "Calder & Finch",
    voice: "4310@vm.calderfinch.example",
    mail: "priya.raman@calderfinch.example",
    tels: &[("4310", "work,voice")],
    photo: portrait!("woman-dark-hair"),
    spoken: "priya-name",
    ..NOBODY
};

pub(super) const AMARA: Person = Person {
    name: "Dr Amara Okafor",
    role: "Audiology",
    organization: "Riverside Trust",
    voice: "2231@vm.riversidetrust.example",
    tels: &[("+44 20 7946 0188", "work,voice")],
    photo: portrait!("woman-short-hair"),
    spoken: "amara-name",
    ..NOBODY
};

pub(super) const GWEN: Person = Person {
    name: "Gwen Vidal",
    role: "Acoustics",
    organization: "Bridgewater Labs",
    voice: "7214@vm.bridgewater.example",
    tels: &[("+1 617 555 0126", "work,voice")],
    spoken: "gwen-name",
    ..NOBODY
};

pub(super) const SIGRID: Person = Person {
    name: "Sigrid Lund",
    organization: "Fjordline Media",
    voice: "4755500118@vm.fjordline.example",
    mail: "sigrid.lund@fjordline.example",
    spoken: "sigrid-name",
    ..NOBODY
};

pub(super) const TOMAS: Person = Person {
    name: "Tomás Ortega",
    role: "Facilities",
    organization: "Calder & Finch",
    voice: "4366@vm.calderfinch.example",
    mail: "tomas.ortega@calderfinch.example",
    tels: &[("4366", "work,voice")],
    ..NOBODY
};

pub(super) const JONAS: Person = Person {
    name: "Jonas Weber",
    role: "Training",
    organization: "Calder & Finch",
    voice: "4385@vm.calderfinch.example",
    mail: "jonas.weber@calderfinch.example",
    tels: &[("4385", "work,voice")],
    ..NOBODY
};

pub(super) const MEI_LING: Person = Person {
    name: "Mei-Ling Zhou",
    role: "Property",
    organization: "Calder & Finch",
    mail: "mei-ling.zhou@calderfinch.example",
    tels: &[("+44 20 7946 0155", "work,fax")],
    ..NOBODY
};

pub(super) const HARROW: Person = Person {
    name: "Harrow Freight",
    role: "Dispatch",
    organization: "Harrow Freight Ltd",
    place: "Leeds",
    voice: "dispatch@vm.harrowfreight.example",
    tels: &[("+44 113 496 0117", "work,fax")],
    ..NOBODY
};

pub(super) const FRONT_DESK: Person = Person {
    name: "Leeds front desk",
    organization: "Calder & Finch",
    place: "Leeds",
    voice: "4417@vm.calderfinch.example",
    tels: &[("4417", "work,voice")],
    ..NOBODY
};

pub(super) const BEATRIZ: Person = Person {
    name: "Beatriz Nunes",
    organization: "Nunes Legal",
    mail: "beatriz@nuneslegal.example",
    tels: &[("+44 20 7946 0171", "work,voice")],
    ..NOBODY
};

const ALDER_TRAVEL: Person = Person {
    name: "Alder Travel",
    organization: "Alder Travel",
    mail: "bookings@aldertravel.example",
    tels: &[("+44 113 496 0140", "work,voice")],
    ..NOBODY
};

/// The initial directory of the demo: everyone but Graham, whose card can be added.
const DIRECTORY: [Person; 13] = [
    HELEN,
    PRIYA,
    AMARA,
    GWEN,
    SIGRID,
    TOMAS,
    JONAS,
    MEI_LING,
    HARROW,
    FRONT_DESK,
    BEATRIZ,
    ALDER_TRAVEL,
    KIRKGATE,
];

const KIRKGATE: Person = Person {
    name: "Kirkgate Clinic",
    organization: "Kirkgate Clinic",
    place: "Leeds",
    mail: "reception@kirkgateclinic.example",
    tels: &[("+44 20 7946 0190", "work,voice")],
    ..NOBODY
};

/// The cards of the demo's directory, as a file that can be imported.
#[must_use]
pub fn contacts() -> Vec<u8> {
    DIRECTORY.iter().map(|person| card::write(&person.card_with_sound())).collect::<String>().into()
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Person {
    /// Name and the address that voice mail uses, else the mail address.
    pub(super) fn address(&self) -> Option<Address> {
        let text = if self.voice.is_empty() { self.mail } else { self.voice };
        self.address_as(text)
    }

    /// Name and mail address.
    pub(super) fn mail_address(&self) -> Option<Address> {
        self.address_as(self.mail)
    }

    fn address_as(&self, text: &str) -> Option<Address> {
        let addr = AddrSpec::parse(text).ok()?;
        Some(Address { name: some(self.name), addr })
    }

    pub(super) fn card(&self) -> CardDoc {
        let email = |addr: &str, vpim| Email { addr: addr.to_owned(), vpim, preferred: vpim };
        let (given, family) = self.name.rsplit_once(' ').unwrap_or(("", self.name));
        CardDoc {
            name: some(self.name),
            family: some(family),
            given: some(given),
            role: some(self.role),
            organization: some(self.organization),
            emails: [(self.voice, true), (self.mail, false)]
                .into_iter()
                .filter(|(addr, _)| !addr.is_empty())
                .map(|(addr, vpim)| email(addr, vpim))
                .collect(),
            tels: self
                .tels
                .iter()
                .map(|(number, kinds)| Tel {
                    number: (*number).to_owned(),
                    kinds: kinds.split(',').map(str::to_owned).collect(),
                    preferred: false,
                })
                .collect(),
            place: some(self.place),
            zone: some(self.zone),
            photo: (!self.photo.is_empty()).then(|| ("image/svg+xml".into(), self.photo.to_vec())),
            rev: Some("20250902".into()),
            ..CardDoc::default()
        }
    }

    fn card_with_sound(&self) -> CardDoc {
        let sound = (!self.spoken.is_empty()).then(|| Sound::Inline {
            media_type: "audio/32kadpcm".into(),
            octets: recording(self.spoken).to_vec(),
        });
        CardDoc { sound, ..self.card() }
    }
}
