-- Lyrics are kept as they were entered, and as lines with times that are read from them once.

-- A part of a line and when it is sung; start counts characters of the line.
create type lyric_word as (at_ms int, start int, text text);
-- at_ms is null in lyrics without times.
create type lyric_line as (at_ms int, text text, words lyric_word[]);

-- Milliseconds of [mm:ss], [mm:ss.x], .xx, .xxx, [mm:ss:xx] and [hh:mm:ss.xx], from what a regular expression found: hours, minutes, seconds, fraction.
create function lyric_ms(found text[]) returns int
    language sql immutable parallel safe
    as $$
select (coalesce(found[1], '0')::int * 3600 + found[2]::int * 60 + found[3]::int) * 1000 + rpad(coalesce(found[4], '0'), 3, '0')::int
$$;

-- Plain text keeps all its lines. Where a line begins with a time it is LRC: lines with several times come several times, what says who made it is left
-- out, an offset moves all (a positive one to earlier), lines without a time belong to the one before them, and times within a line, in <> or [], are
-- those of words.
create function lyrics_parse(content text) returns lyric_line[]
    language plpgsql immutable parallel safe
    as $$
declare
    stamp constant text := '(?:(\d{1,2}):(?=\d{1,3}:\d{1,2}\.))?(\d{1,3}):(\d{1,2})(?:[.:,](\d{1,3}))?';
    lines text[] := regexp_split_to_array(regexp_replace(content, '^\uFEFF', ''), '\r\n|\n|\r');
    moved int := 0;
    line text;
    body text;
    lead text[];
    times int[];
    last_ms int := 0;
    parts text[];
    marks int[];
    plain text;
    pad int;
    at_char int;
    words public.lyric_word[];
    result public.lyric_line[] := '{}';
begin
    if content !~ ('(^|[\r\n\uFEFF])[ \t]*\[' || stamp || '\]') then
        while array_length(lines, 1) > 0 and btrim(lines[array_length(lines, 1)]) = '' loop
            lines := lines[1:array_length(lines, 1) - 1];
        end loop;
        return array(select row(null, rtrim(x.line), '{}')::public.lyric_line from unnest(lines) with ordinality x (line, n) order by x.n);
    end if;
    moved := coalesce((select (regexp_match(x, '^\s*\[offset:\s*([+-]?\d{1,7})\s*\]', 'i'))[1]::int
                         from unnest(lines) x where x ~* '^\s*\[offset:\s*[+-]?\d{1,7}\s*\]' limit 1), 0);
    foreach line in array lines loop
        lead := regexp_match(line, '^\s*((?:\[' || regexp_replace(stamp, '\((?!\?)', '(?:', 'g') || '\]\s*)+)(.*)$');
        if lead is null then
            continue when btrim(line) = '' or line ~* '^\s*\[(ar|al|ti|au|by|length|offset|re|tool|ve|la|lang|id|key|encoding|#)\s*:.*\]\s*$';
            times := array[last_ms];
            body := line;
        else
            times := array(select greatest(public.lyric_ms(m.found) - moved, 0) from regexp_matches(lead[1], '\[' || stamp || '\]', 'g') with ordinality m (found, n)
                            order by m.n);
            last_ms := times[array_length(times, 1)];
            body := lead[2];
        end if;
        -- What stands between the times of words, and those times.
        parts := regexp_split_to_array(body, '[<\[]' || regexp_replace(stamp, '\((?!\?)', '(?:', 'g') || '[>\]]');
        marks := array(select greatest(public.lyric_ms(m.found) - moved, 0) from regexp_matches(body, '[<\[]' || stamp || '[>\]]', 'g') with ordinality m (found, n)
                        order by m.n);
        plain := array_to_string(parts, '');
        pad := length(plain) - length(ltrim(plain));
        words := '{}';
        at_char := length(parts[1]) - pad;
        for i in 1 .. coalesce(array_length(marks, 1), 0) loop
            if btrim(parts[i + 1]) <> '' then
                words := words || row(marks[i], greatest(at_char, 0), case when at_char < 0 then ltrim(parts[i + 1]) else parts[i + 1] end)::public.lyric_word;
            end if;
            at_char := at_char + length(parts[i + 1]);
        end loop;
        for i in 1 .. array_length(times, 1) loop
            result := result || row(times[i], btrim(plain),
                                    array(select row(greatest(w.at_ms + times[i] - times[1], 0), w.start, w.text)::public.lyric_word
                                            from unnest(words) with ordinality w (at_ms, start, text, n) order by w.n))::public.lyric_line;
        end loop;
    end loop;
    return array(select row(x.at_ms, x.text, x.words)::public.lyric_line from unnest(result) with ordinality x (at_ms, text, words, n) order by x.at_ms, x.n);
end
$$;

alter table track_lyrics add column lines lyric_line[] not null generated always as (lyrics_parse(content)) stored;
