// Loads the page anew when a file of the content was saved.
const bar = document.querySelector('[data-version]');
const shown = bar.dataset.version;

async function wait() {
  try {
    const answer = await fetch(`/preview/changes?since=${shown}`, { cache: 'no-store' });
    if (answer.ok && (await answer.text()) !== shown) {
      location.reload();
      return;
    }
  } catch {
    // The preview was stopped: perhaps it is started again.
    await new Promise((later) => setTimeout(later, 1000));
  }
  wait();
}

wait();
