import { useEffect } from 'react';

/* The title of the browser's tab: what plays, else the page. */
let page = 'Veza';
let playing: string | null = null;

const show = () => {
  document.title = playing ?? page;
};

/** The page's title in the browser's tab. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    page = title ? `${title} · Veza` : 'Veza';
    show();
  }, [title]);
}

/** What plays, instead of the page's title; null while nothing does. */
export function usePlayingTitle(title: string | null): void {
  useEffect(() => {
    playing = title === null ? null : `▶ ${title}`;
    show();
  }, [title]);
}
