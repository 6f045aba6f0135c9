-- Genres as a tree, with other names of each; tags that an administrator merges, or splits where the fold (label_fold) takes two words for one.
alter table genres add column parent_slug varchar(50),
    add constraint genres_parent_slug_fkey foreign key (parent_slug) references genres (slug) on update cascade on delete set null,
    add constraint genres_parent_slug_check check (parent_slug <> slug);
create index genres_parent_slug_idx on genres (parent_slug) where parent_slug is not null;

-- Other names of a genre, by their fold.
create table genre_aliases (
    fold       text not null,
    name       varchar(100) not null,
    genre_slug varchar(50) not null,
    constraint genre_aliases_pkey primary key (fold),
    constraint genre_aliases_genre_slug_fkey foreign key (genre_slug) references genres (slug) on update cascade on delete cascade
);
create index genre_aliases_genre_slug_idx on genre_aliases (genre_slug);

-- Names that lead to another tag: by their fold, or as they are written where the tag was split off.
create table tag_aliases (
    key        text not null,
    is_exact   boolean not null,
    tag_id     uuid not null,
    created_at timestamptz not null default now(),
    constraint tag_aliases_pkey primary key (key, is_exact),
    constraint tag_aliases_tag_id_fkey foreign key (tag_id) references tags (id) on delete cascade
);
create index tag_aliases_tag_id_idx on tag_aliases (tag_id);

-- As it is written, but for case and width.
create function tag_key(label text) returns text
    language sql immutable parallel safe
    as $$ select lower(normalize(btrim(label), NFKC)) $$;

-- A tag that was split off is found by its key, before those that have the same fold.
alter table tags add column is_split boolean not null default false;
drop index tags_fold_key;
create unique index tags_fold_key on tags (label_fold(name) text_pattern_ops) where not is_split;
create index tags_fold_idx on tags (label_fold(name) text_pattern_ops);
create unique index tags_split_key on tags (tag_key(name)) where is_split;

-- Text: migrations/functions/labels.sql, also that of tags_named and genre_named
create function tag_of(given text) returns uuid language plpgsql stable as $$ begin end $$;
create function tag_named(given text) returns text language plpgsql stable as $$ begin end $$;
create function genre_of(given text) returns varchar language plpgsql stable as $$ begin end $$;
create function genre_below(root varchar) returns setof varchar language sql stable as $$ select root $$;
create function tag_merge_step(merged uuid, kept uuid, most int) returns int language plpgsql as $$ begin end $$;

-- The tree.
create temporary table planted (slug varchar(50), name varchar(100), parent varchar(50)) on commit drop;
insert into planted (slug, name, parent) values
    ('acoustic', 'Acoustic', null),
    ('blues', 'Blues', null),
    ('classical', 'Classical', null),
    ('country', 'Country', null),
    ('electronic', 'Electronic', null),
    ('experimental', 'Experimental', null),
    ('folk', 'Folk', null),
    ('funk', 'Funk', null),
    ('gospel', 'Gospel', null),
    ('hip-hop', 'Hip-hop', null),
    ('jazz', 'Jazz', null),
    ('latin', 'Latin', null),
    ('metal', 'Metal', null),
    ('pop', 'Pop', null),
    ('rnb', 'R&B', null),
    ('reggae', 'Reggae', null),
    ('rock', 'Rock', null),
    ('soul', 'Soul', null),
    ('soundtrack', 'Soundtrack', null),
    ('spoken-word', 'Spoken word', null),
    ('world', 'World', null),
    ('new-age', 'New age', null),
    ('childrens-music', 'Children''s music', null),
    ('ambient', 'Ambient', 'electronic'),
    ('dance', 'Dance', 'electronic'),
    ('drum-and-bass', 'Drum and bass', 'electronic'),
    ('house', 'House', 'electronic'),
    ('techno', 'Techno', 'electronic'),
    ('trance', 'Trance', 'electronic'),
    ('dubstep', 'Dubstep', 'electronic'),
    ('breakbeat', 'Breakbeat', 'electronic'),
    ('idm', 'IDM', 'electronic'),
    ('synthwave', 'Synthwave', 'electronic'),
    ('downtempo', 'Downtempo', 'electronic'),
    ('electro', 'Electro', 'electronic'),
    ('uk-garage', 'UK garage', 'electronic'),
    ('hardcore-techno', 'Hardcore techno', 'electronic'),
    ('industrial', 'Industrial', 'electronic'),
    ('vaporwave', 'Vaporwave', 'electronic'),
    ('chillout', 'Chillout', 'electronic'),
    ('electronica', 'Electronica', 'electronic'),
    ('hardstyle', 'Hardstyle', 'electronic'),
    ('glitch', 'Glitch', 'electronic'),
    ('future-bass', 'Future bass', 'electronic'),
    ('dark-ambient', 'Dark ambient', 'ambient'),
    ('drone', 'Drone', 'ambient'),
    ('space-music', 'Space music', 'ambient'),
    ('jungle', 'Jungle', 'drum-and-bass'),
    ('liquid-drum-and-bass', 'Liquid drum and bass', 'drum-and-bass'),
    ('neurofunk', 'Neurofunk', 'drum-and-bass'),
    ('deep-house', 'Deep house', 'house'),
    ('tech-house', 'Tech house', 'house'),
    ('acid-house', 'Acid house', 'house'),
    ('progressive-house', 'Progressive house', 'house'),
    ('french-house', 'French house', 'house'),
    ('afro-house', 'Afro house', 'house'),
    ('minimal-techno', 'Minimal techno', 'techno'),
    ('dub-techno', 'Dub techno', 'techno'),
    ('detroit-techno', 'Detroit techno', 'techno'),
    ('psytrance', 'Psytrance', 'trance'),
    ('progressive-trance', 'Progressive trance', 'trance'),
    ('goa-trance', 'Goa trance', 'trance'),
    ('alternative-rock', 'Alternative rock', 'rock'),
    ('indie', 'Indie', 'rock'),
    ('hard-rock', 'Hard rock', 'rock'),
    ('punk', 'Punk', 'rock'),
    ('post-rock', 'Post-rock', 'rock'),
    ('progressive-rock', 'Progressive rock', 'rock'),
    ('psychedelic-rock', 'Psychedelic rock', 'rock'),
    ('grunge', 'Grunge', 'rock'),
    ('garage-rock', 'Garage rock', 'rock'),
    ('folk-rock', 'Folk rock', 'rock'),
    ('math-rock', 'Math rock', 'rock'),
    ('surf-rock', 'Surf rock', 'rock'),
    ('shoegaze', 'Shoegaze', 'rock'),
    ('indie-rock', 'Indie rock', 'indie'),
    ('indie-pop', 'Indie pop', 'indie'),
    ('indie-folk', 'Indie folk', 'indie'),
    ('post-punk', 'Post-punk', 'punk'),
    ('hardcore-punk', 'Hardcore punk', 'punk'),
    ('pop-punk', 'Pop punk', 'punk'),
    ('new-wave', 'New wave', 'punk'),
    ('emo', 'Emo', 'punk'),
    ('heavy-metal', 'Heavy metal', 'metal'),
    ('black-metal', 'Black metal', 'metal'),
    ('death-metal', 'Death metal', 'metal'),
    ('doom-metal', 'Doom metal', 'metal'),
    ('thrash-metal', 'Thrash metal', 'metal'),
    ('power-metal', 'Power metal', 'metal'),
    ('metalcore', 'Metalcore', 'metal'),
    ('progressive-metal', 'Progressive metal', 'metal'),
    ('sludge-metal', 'Sludge metal', 'metal'),
    ('rap', 'Rap', 'hip-hop'),
    ('trap', 'Trap', 'hip-hop'),
    ('boom-bap', 'Boom bap', 'hip-hop'),
    ('lo-fi-hip-hop', 'Lo-fi hip-hop', 'hip-hop'),
    ('grime', 'Grime', 'hip-hop'),
    ('drill', 'Drill', 'hip-hop'),
    ('trip-hop', 'Trip-hop', 'hip-hop'),
    ('synth-pop', 'Synth-pop', 'pop'),
    ('dream-pop', 'Dream pop', 'pop'),
    ('electropop', 'Electropop', 'pop'),
    ('k-pop', 'K-pop', 'pop'),
    ('j-pop', 'J-pop', 'pop'),
    ('chanson', 'Chanson', 'pop'),
    ('hyperpop', 'Hyperpop', 'pop'),
    ('art-pop', 'Art pop', 'pop'),
    ('bebop', 'Bebop', 'jazz'),
    ('swing', 'Swing', 'jazz'),
    ('jazz-fusion', 'Jazz fusion', 'jazz'),
    ('free-jazz', 'Free jazz', 'jazz'),
    ('nu-jazz', 'Nu jazz', 'jazz'),
    ('big-band', 'Big band', 'jazz'),
    ('gypsy-jazz', 'Gypsy jazz', 'jazz'),
    ('latin-jazz', 'Latin jazz', 'jazz'),
    ('baroque', 'Baroque', 'classical'),
    ('opera', 'Opera', 'classical'),
    ('chamber-music', 'Chamber music', 'classical'),
    ('choral', 'Choral', 'classical'),
    ('contemporary-classical', 'Contemporary classical', 'classical'),
    ('minimalism', 'Minimalism', 'classical'),
    ('orchestral', 'Orchestral', 'classical'),
    ('solo-piano', 'Solo piano', 'classical'),
    ('early-music', 'Early music', 'classical'),
    ('neoclassical', 'Neoclassical', 'classical'),
    ('singer-songwriter', 'Singer-songwriter', 'folk'),
    ('celtic', 'Celtic', 'folk'),
    ('traditional', 'Traditional', 'folk'),
    ('sea-shanties', 'Sea shanties', 'folk'),
    ('americana', 'Americana', 'country'),
    ('bluegrass', 'Bluegrass', 'country'),
    ('alternative-country', 'Alternative country', 'country'),
    ('dub', 'Dub', 'reggae'),
    ('ska', 'Ska', 'reggae'),
    ('dancehall', 'Dancehall', 'reggae'),
    ('roots-reggae', 'Roots reggae', 'reggae'),
    ('rocksteady', 'Rocksteady', 'reggae'),
    ('salsa', 'Salsa', 'latin'),
    ('bossa-nova', 'Bossa nova', 'latin'),
    ('samba', 'Samba', 'latin'),
    ('cumbia', 'Cumbia', 'latin'),
    ('tango', 'Tango', 'latin'),
    ('reggaeton', 'Reggaeton', 'latin'),
    ('flamenco', 'Flamenco', 'latin'),
    ('bachata', 'Bachata', 'latin'),
    ('merengue', 'Merengue', 'latin'),
    ('afrobeat', 'Afrobeat', 'world'),
    ('afrobeats', 'Afrobeats', 'world'),
    ('highlife', 'Highlife', 'world'),
    ('klezmer', 'Klezmer', 'world'),
    ('fado', 'Fado', 'world'),
    ('rai', 'Raï', 'world'),
    ('qawwali', 'Qawwali', 'world'),
    ('gamelan', 'Gamelan', 'world'),
    ('balkan', 'Balkan', 'world'),
    ('amapiano', 'Amapiano', 'world'),
    ('polka', 'Polka', 'world'),
    ('neo-soul', 'Neo-soul', 'soul'),
    ('northern-soul', 'Northern soul', 'soul'),
    ('disco', 'Disco', 'funk'),
    ('boogie', 'Boogie', 'funk'),
    ('nu-disco', 'Nu-disco', 'funk'),
    ('delta-blues', 'Delta blues', 'blues'),
    ('electric-blues', 'Electric blues', 'blues'),
    ('chicago-blues', 'Chicago blues', 'blues'),
    ('noise', 'Noise', 'experimental'),
    ('field-recordings', 'Field recordings', 'experimental'),
    ('musique-concrete', 'Musique concrète', 'experimental'),
    ('sound-art', 'Sound art', 'experimental'),
    ('improvisation', 'Improvisation', 'experimental'),
    ('film-score', 'Film score', 'soundtrack'),
    ('game-music', 'Game music', 'soundtrack'),
    ('chiptune', 'Chiptune', 'soundtrack'),
    ('trailer-music', 'Trailer music', 'soundtrack'),
    ('podcast', 'Podcast', 'spoken-word'),
    ('audiobook', 'Audiobook', 'spoken-word'),
    ('poetry', 'Poetry', 'spoken-word'),
    ('radio-drama', 'Radio drama', 'spoken-word');
insert into genres (slug, name, is_usual) select p.slug, p.name, true from planted p on conflict do nothing;
update genres g
   set is_usual = true,
       parent_slug = (select o.slug from genres o join planted q on label_fold(q.name) = label_fold(o.name) where q.slug = p.parent and o.slug <> g.slug)
  from planted p
 where label_fold(g.name) = label_fold(p.name);

create temporary table renamed (name varchar(100), slug varchar(50)) on commit drop;
insert into renamed (name, slug) values
    ('DnB', 'drum-and-bass'),
    ('D&B', 'drum-and-bass'),
    ('Drum & bass', 'drum-and-bass'),
    ('Drum n bass', 'drum-and-bass'),
    ('Drum''n''bass', 'drum-and-bass'),
    ('R and B', 'rnb'),
    ('RnB', 'rnb'),
    ('Rhythm and blues', 'rnb'),
    ('Rhythm & blues', 'rnb'),
    ('R''n''B', 'rnb'),
    ('EDM', 'electronic'),
    ('Electronic music', 'electronic'),
    ('Elektronisch', 'electronic'),
    ('Électronique', 'electronic'),
    ('Hip hop music', 'hip-hop'),
    ('Hiphop/Rap', 'hip-hop'),
    ('Hip-Hop/Rap', 'hip-hop'),
    ('Lo-fi beats', 'lo-fi-hip-hop'),
    ('Lofi', 'lo-fi-hip-hop'),
    ('Lo-fi', 'lo-fi-hip-hop'),
    ('Chillhop', 'lo-fi-hip-hop'),
    ('Triphop', 'trip-hop'),
    ('Synthpop music', 'synth-pop'),
    ('Technopop', 'synth-pop'),
    ('Indie music', 'indie'),
    ('Independent', 'indie'),
    ('Psy-trance', 'psytrance'),
    ('Psychedelic trance', 'psytrance'),
    ('Retrowave', 'synthwave'),
    ('Outrun', 'synthwave'),
    ('Classical music', 'classical'),
    ('Klassik', 'classical'),
    ('Classique', 'classical'),
    ('Clásica', 'classical'),
    ('OST', 'soundtrack'),
    ('Score', 'soundtrack'),
    ('Bande originale', 'soundtrack'),
    ('Banda sonora', 'soundtrack'),
    ('Film music', 'film-score'),
    ('Movie score', 'film-score'),
    ('Video game music', 'game-music'),
    ('VGM', 'game-music'),
    ('8-bit', 'chiptune'),
    ('Chip music', 'chiptune'),
    ('Alternative', 'alternative-rock'),
    ('Alt rock', 'alternative-rock'),
    ('Alt-rock', 'alternative-rock'),
    ('Prog rock', 'progressive-rock'),
    ('Prog', 'progressive-rock'),
    ('Classic metal', 'heavy-metal'),
    ('Fusion', 'jazz-fusion'),
    ('Jazz manouche', 'gypsy-jazz'),
    ('Trad', 'traditional'),
    ('Traditional folk', 'traditional'),
    ('World music', 'world'),
    ('Musique du monde', 'world'),
    ('Música del mundo', 'world'),
    ('Ethnic', 'world'),
    ('UKG', 'uk-garage'),
    ('2-step', 'uk-garage'),
    ('Intelligent dance music', 'idm'),
    ('Braindance', 'idm'),
    ('Chill', 'chillout'),
    ('Chill-out', 'chillout'),
    ('Lounge', 'chillout'),
    ('Meditation', 'new-age'),
    ('Relaxation', 'new-age'),
    ('Gabber', 'hardcore-techno'),
    ('Gabba', 'hardcore-techno'),
    ('Songwriter', 'singer-songwriter'),
    ('Liedermacher', 'singer-songwriter'),
    ('Cantautor', 'singer-songwriter'),
    ('Soul music', 'soul'),
    ('Folk music', 'folk'),
    ('Podcasts', 'podcast'),
    ('Audio book', 'audiobook'),
    ('Hörbuch', 'audiobook'),
    ('Livre audio', 'audiobook'),
    ('Audiolibro', 'audiobook'),
    ('Slam', 'poetry'),
    ('Poésie', 'poetry'),
    ('Poesía', 'poetry'),
    ('Chanson française', 'chanson'),
    ('Variété française', 'chanson'),
    ('Harsh noise', 'noise'),
    ('Noise music', 'noise'),
    ('Field recording', 'field-recordings'),
    ('Soundscape', 'field-recordings'),
    ('Bossa', 'bossa-nova'),
    ('Postrock music', 'post-rock'),
    ('Métal', 'metal'),
    ('Metal music', 'metal'),
    ('Children', 'childrens-music'),
    ('Kids', 'childrens-music'),
    ('Enfants', 'childrens-music'),
    ('Infantil', 'childrens-music'),
    ('Opéra', 'opera'),
    ('Ópera', 'opera'),
    ('Brostep', 'dubstep'),
    ('Rap music', 'rap'),
    ('Alte Musik', 'early-music'),
    ('Musique ancienne', 'early-music'),
    ('Renaissance', 'early-music');
insert into genre_aliases (fold, name, genre_slug)
select distinct on (label_fold(r.name)) label_fold(r.name), r.name, g.slug
  from renamed r
  join planted p on p.slug = r.slug
  join genres g on label_fold(g.name) = label_fold(p.name)
 where not exists (select from planted q where label_fold(q.name) = label_fold(r.name))
 order by label_fold(r.name);

-- Genres that people entered by such a name become the one that it leads to.
insert into user_genre_follows (user_id, genre_slug, created_at)
select f.user_id, a.genre_slug, f.created_at
  from user_genre_follows f join genres g on g.slug = f.genre_slug join genre_aliases a on a.fold = label_fold(g.name) and a.genre_slug <> g.slug
    on conflict do nothing;
alter table tracks disable trigger tracks_set_updated_at;
update tracks t set genre = k.name
  from genres g
  join genre_aliases a on a.fold = label_fold(g.name) and a.genre_slug <> g.slug
  join genres k on k.slug = a.genre_slug
 where t.genre = g.name;
alter table tracks enable trigger tracks_set_updated_at;
delete from genres g using genre_aliases a where a.fold = label_fold(g.name) and a.genre_slug <> g.slug;

insert into permissions (name, resource, action, description) values
    ('labels.manage', 'labels', 'manage', 'Merge and split tags');
insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p where r.name = 'admin' and p.name = 'labels.manage';
