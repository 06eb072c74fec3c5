//! What a learner comes with: decks, the database, limits, the model of memory.

use std::path::Path;

use crate::deck::Deck;
use crate::deck::DeckId;
use crate::deck_files::Faulty;
use crate::deck_files::Library;
use crate::deck_files::Origin;
use crate::report::clean_line;
use crate::srs::Limits;
use crate::srs::Model;
use crate::srs::Moment;
use crate::store::ChangedCard;
use crate::store::Met;
use crate::store::Store;

use super::Failure;
use super::World;

/// A learner at work.
pub(super) struct Learner {
    pub(super) store: Store,
    pub(super) library: Library,
    pub(super) model: Model,
    pub(super) limits: Limits,
}

impl Learner {
    /// Opens the database and reads the decks; `wanted` may name one more by its folder. What is new about the decks is
    /// said on standard error.
    pub(super) fn new(world: &mut World, wanted: Option<&str>) -> Result<Learner, Failure> {
        let mut library = world.library();
        if let Some(folder) = wanted.filter(|wanted| library.deck(wanted).is_none()).map(Path::new)
            && folder.is_dir()
        {
            library.add_folder(folder);
        }
        let mut store = world.store()?;
        let mut remarks = Vec::new();
        for deck in library.decks() {
            let met = store.meet_deck(deck)?;
            remarks.extend(told(&met));
            // Whether it was worded anew or asks something else: it keeps its history, and the next answer tells.
            for changed in &met.changed {
                store.keep_history(&changed.card, changed.is)?;
            }
        }
        // Of the one that is wanted more is said.
        let is_wanted = |faulty: &Faulty| {
            wanted.is_some_and(|wanted| {
                let called = library.faulty_called(wanted).is_some_and(|called| called.origin == faulty.origin);
                called || faulty.origin.is_folder(Path::new(wanted))
            })
        };
        for faulty in library.faulty.iter().filter(|faulty| !is_wanted(faulty)) {
            let name = checked_by(faulty, &library);
            remarks.push(format!("`{name}` has faults and is left out; `raceday check {name}` says which"));
        }
        if !world.quiet {
            remarks.iter().try_for_each(|remark| world.say("note", remark))?;
        }
        let settings = store.settings()?;
        let model = Model::with_retention(settings.retention);
        Ok(Learner { store, library, model, limits: settings.limits })
    }

    /// Returns the decks whose programs may run where they cannot be confined: those built in, and those that the learner gives
    /// leave, now with `--unconfined` or before.
    pub(super) fn trusted(&mut self, wanted: &[DeckId], unconfined: bool) -> Result<Vec<DeckId>, Failure> {
        if unconfined {
            for deck in chosen(&self.library, wanted) {
                self.store.let_run_unconfined(deck)?;
            }
        }
        trusted(&self.library, Some(&self.store))
    }

    /// Returns the deck that `wanted` names by its id or its folder, or all of them.
    pub(super) fn decks(&self, wanted: Option<&str>) -> Result<Vec<DeckId>, Failure> {
        let Some(wanted) = wanted else { return Ok(self.library.decks().map(|deck| deck.id.clone()).collect()) };
        Ok(vec![deck_of(&self.library, wanted)?.id.clone()])
    }
}

/// Returns the deck that `wanted` names by its id or its folder.
pub(super) fn deck_of<'a>(library: &'a Library, wanted: &str) -> Result<&'a Deck, Failure> {
    if let Some(faulty) = library.faulty_in(Path::new(wanted)) {
        return Err(Failure::unusable(faulty.faults.to_string().trim_end().to_owned()));
    }
    library.wanted(wanted).ok_or_else(|| Failure::no_deck(wanted, library))
}

/// Returns what `raceday check` knows a faulty deck by: the name of its folder if that will do, or the folder.
fn checked_by(faulty: &Faulty, library: &Library) -> String {
    let origin = faulty.origin.to_string();
    let name = Path::new(&origin).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_found = library.faulty_called(name).is_some_and(|found| found.origin == faulty.origin);
    if is_found && name.chars().all(is_plain) { name.to_owned() } else { clean_line(&origin).into_owned() }
}

/// Returns the decks whose programs may run where they cannot be confined, as far as `store` knows.
pub(super) fn trusted(library: &Library, store: Option<&Store>) -> Result<Vec<DeckId>, Failure> {
    let mut trusted = Vec::new();
    for entry in &library.entries {
        let built_in = matches!(entry.origin, Origin::BuiltIn(_));
        if built_in || store.map_or(Ok(false), |store| store.may_run_unconfined(&entry.deck))? {
            trusted.push(entry.deck.id.clone());
        }
    }
    Ok(trusted)
}

/// Returns the moment that it is for the learner.
pub(super) fn moment(world: &World) -> Moment {
    Moment::of(world.clock.now(), &world.clock.zone())
}

/// Returns the decks with these ids, in their order.
pub(super) fn chosen<'a>(library: &'a Library, ids: &[DeckId]) -> Vec<&'a Deck> {
    ids.iter().filter_map(|id| library.deck(id.as_str())).collect()
}

fn told(met: &Met) -> Vec<String> {
    let changed = met.changed.iter().map(|ChangedCard { card, .. }| {
        format!(
            "`{card}` has changed since you last answered it; its history goes on, unless you `raceday reset {card}`"
        )
    });
    let orphaned = met.orphaned.iter().map(|card| {
        format!("`{card}` is no longer in its deck; its history is kept, unless you `raceday reset {card}`")
    });
    changed.chain(orphaned).collect()
}
