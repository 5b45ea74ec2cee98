/** The people of the workspace that the admin's half of the tour shows. */

const of = (name, role = 'member') => ({
  name,
  email: `${name
    .normalize('NFD')
    .replace(/[^A-Za-z ]/g, '')
    .toLowerCase()
    .replaceAll(' ', '.')}@northwind.example`,
  role,
});

/** The first six have signed in and have 2FA on. */
export const enrolled = 6;
export const people = [
  of('Hannah Weiss', 'admin'),
  of('Mateo Rossi'),
  of('Aisha Bello'),
  of('Beatriz Carvalho'),
  of('Daniel Whitlock'),
  of('Priya Raman'),
  of('Chidi Nwosu'),
  of('Eun-ji Park'),
  of('Fatima el-Amin'),
  of('Ingrid Solheim'),
  of('Leila Haddad', 'admin'),
  of('Samuel Mensah'),
  of('Tomás Herrera'),
  of('Søren Åberg'),
];
