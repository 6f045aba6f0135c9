/* Runs before the first paint, so that nobody sees a flash of the wrong theme or language. */
(function () {
  var root = document.documentElement;
  var theme = 'dark';
  try {
    var saved = localStorage.getItem('veza.theme');
    if (saved === 'light') theme = 'light';
    if (saved === 'system' && matchMedia('(prefers-color-scheme: light)').matches) theme = 'light';
    var language = localStorage.getItem('veza.language');
    if (language) root.lang = language;
  } catch {
    /* storage may be closed to us: dark it is */
  }
  root.dataset.theme = theme;
  var meta = document.querySelector('meta[name="theme-color"]');
  if (meta) meta.setAttribute('content', theme === 'light' ? '#f6f1e7' : '#12100e');
})();
