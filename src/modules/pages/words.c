/* words.c - the few words of pages that are rendered here, in all languages. Those of the app are in web/src/locales. */
#include "base/translation.h"
#include "modules/pages/internal.h"

static const struct words {
    struct translation_key key;
    const char *text;
} words[] = {
    {{"about", "en"}, "Veza is a place for music where sound is the first thing you see: publish, stream and listen together."},
    {{"about", "fr"}, "Veza est un lieu pour la musique où le son est ce que l’on voit d’abord : publier, écouter, seul ou ensemble."},
    {{"about", "es"}, "Veza es un lugar para la música donde el sonido es lo primero que se ve: publicar, escuchar, a solas o en compañía."},
    {{"landing", "en"}, "Hear it first."},
    {{"landing", "fr"}, "Le son d’abord."},
    {{"landing", "es"}, "Primero se oye."},
    {{"lead", "en"}, "Veza is a home for music and the people who make it. Publish in full quality, listen without a gap, and keep what is yours."},
    {{"lead", "fr"}, "Veza est une maison pour la musique et celles et ceux qui la font. Publiez en pleine qualité, écoutez sans coupure, gardez ce qui est à vous."},
    {{"lead", "es"}, "Veza es una casa para la música y quienes la hacen. Publica con toda la calidad, escucha sin cortes y conserva lo tuyo."},
    {{"newest", "en"}, "Just published"},
    {{"newest", "fr"}, "Tout juste publiés"},
    {{"newest", "es"}, "Recién publicados"},
    {{"quiet", "en"}, "It is quiet in here. Whoever publishes first is heard first."},
    {{"quiet", "fr"}, "C’est calme par ici. Qui publie en premier est entendu en premier."},
    {{"quiet", "es"}, "Aquí hay silencio. Quien publique primero, suena primero."},
    {{"discover", "en"}, "Start listening"},
    {{"discover", "fr"}, "Écouter"},
    {{"discover", "es"}, "Empezar a escuchar"},
    {{"track", "en"}, "Listen to “{0}” by {1} on Veza."},
    {{"track", "fr"}, "Écoutez « {0} » de {1} sur Veza."},
    {{"track", "es"}, "Escucha «{0}» de {1} en Veza."},
    {{"release", "en"}, "“{0}” by {1}: listen to the whole release on Veza."},
    {{"release", "fr"}, "« {0} » de {1} : écoutez toute la sortie sur Veza."},
    {{"release", "es"}, "«{0}» de {1}: escucha la publicación entera en Veza."},
    {{"playlist", "en"}, "“{0}”, a playlist by {1} on Veza."},
    {{"playlist", "fr"}, "« {0} », une playlist de {1} sur Veza."},
    {{"playlist", "es"}, "«{0}», una lista de {1} en Veza."},
    {{"person", "en"}, "{0} (@{1}) on Veza: tracks, releases and playlists."},
    {{"person", "fr"}, "{0} (@{1}) sur Veza : titres, sorties et playlists."},
    {{"person", "es"}, "{0} (@{1}) en Veza: pistas, publicaciones y listas."},
    {{"label", "en"}, "{0} on Veza: what was published lately, and what is rising."},
    {{"label", "fr"}, "{0} sur Veza : ce qui vient de sortir, et ce qui monte."},
    {{"label", "es"}, "{0} en Veza: lo último que se publicó y lo que sube."},
    {{"genre", "en"}, "Genre"},
    {{"genre", "fr"}, "Genre"},
    {{"genre", "es"}, "Género"},
    {{"tag", "en"}, "Tag"},
    {{"tag", "fr"}, "Tag"},
    {{"tag", "es"}, "Etiqueta"},
    {{"tracks", "en"}, "Tracks"},
    {{"tracks", "fr"}, "Titres"},
    {{"tracks", "es"}, "Pistas"},
    {{"releases", "en"}, "Releases"},
    {{"releases", "fr"}, "Sorties"},
    {{"releases", "es"}, "Publicaciones"},
    {{"playlists", "en"}, "Playlists"},
    {{"playlists", "fr"}, "Playlists"},
    {{"playlists", "es"}, "Listas"},
    {{"tracks_one", "en"}, "{0} track"},
    {{"tracks_one", "fr"}, "{0} titre"},
    {{"tracks_one", "es"}, "{0} pista"},
    {{"tracks_many", "en"}, "{0} tracks"},
    {{"tracks_many", "fr"}, "{0} titres"},
    {{"tracks_many", "es"}, "{0} pistas"},
    {{"album", "en"}, "Album"},
    {{"album", "fr"}, "Album"},
    {{"album", "es"}, "Álbum"},
    {{"ep", "en"}, "EP"},
    {{"single", "en"}, "Single"},
    {{"single", "es"}, "Sencillo"},
    {{"compilation", "en"}, "Compilation"},
    {{"compilation", "es"}, "Recopilación"},
    {{"cover", "en"}, "Cover of {0}"},
    {{"cover", "fr"}, "Pochette de {0}"},
    {{"cover", "es"}, "Portada de {0}"},
    {{"feed", "en"}, "{0} as a podcast"},
    {{"feed", "fr"}, "{0} en podcast"},
    {{"feed", "es"}, "{0} como pódcast"},
    {{"script", "en"}, "Without JavaScript you can read and listen here. Switch it on for everything else."},
    {{"script", "fr"}, "Sans JavaScript, vous pouvez lire et écouter ici. Activez-le pour tout le reste."},
    {{"script", "es"}, "Sin JavaScript puedes leer y escuchar aquí. Actívalo para todo lo demás."},
};

const char *
page_words(const struct page *page, const char *name, const char *first, const char *second)
{
    const struct words *found = translation_find(words, COUNT_OF(words), sizeof *words, name, page->language);
    struct buf out = BUF_INIT(16 * 1024);
    const char *text = found ? found->text : "", *made;

    while (*text) {
        size_t plain = strcspn(text, "{");

        buf_add(&out, (struct str){text, plain});
        text += plain;
        if (text_starts_with(text, "{0}"))
            buf_add_text(&out, first ? first : "");
        else if (text_starts_with(text, "{1}"))
            buf_add_text(&out, second ? second : "");
        text += *text ? 3 : 0;
    }
    made = out.failed ? "" : arena_strndup(page->req->arena, buf_str(&out).ptr, out.len);
    buf_free(&out);
    return made;
}

const char *
page_count(const struct page *page, const char *name, int64_t count)
{
    bool one = count == 1 || (count == 0 && text_equal(page->language, "fr"));

    return page_words(page, arena_printf(page->req->arena, "%s_%s", name, one ? "one" : "many"), arena_printf(page->req->arena, "%lld", (long long)count), NULL);
}
