/** Tries to leave the page when somebody presses the button, then says so. */
const add = (name, attributes) => {
  const element = Object.assign(document.createElement(name), attributes);
  return document.body.appendChild(element);
};

const ways = {
  'an address': (to) => void (location.href = to),
  'another address in its place': (to) => location.replace(to),
  'a link': (to) => add('a', { href: to }).click(),
  'a link to a new window': (to) => add('a', { href: to, target: '_blank' }).click(),
  'a new window': (to) => void window.open(to),
  'a form': (to) => add('form', { action: to, method: 'post' }).submit(),
  'a refresh': (to) =>
    document.head.append(
      Object.assign(document.createElement('meta'), { httpEquiv: 'refresh', content: `0; url=${to}` }),
    ),
  'a frame': (to) => add('iframe', { src: to }),
};

document.querySelector('button').addEventListener('click', async () => {
  const [to, by] = await window.go.main.Way.Out();
  ways[by](to);
  setTimeout(() => (document.querySelector('h1').textContent = 'Still here'), 1500);
});
