/* Runs before the first paint, so that nobody sees a flash of the wrong theme or language. */
(function () {
  var root = document.documentElement;
  var theme = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  try {
    var saved = localStorage.getItem('veza.theme');
    if (saved === 'light' || saved === 'dark') theme = saved;
    var language = localStorage.getItem('veza.language');
    if (language && !/[?&]lang=(en|fr|es)(&|$)/.test(location.search)) root.lang = language;
  } catch {
    /* storage may be closed to us: as the system has it */
  }
  root.dataset.theme = theme;
  var meta = document.querySelector('meta[name="theme-color"]');
  if (meta) meta.setAttribute('content', theme === 'light' ? '#f6f1e7' : '#12100e');
})();
