import { createBrowserRouter } from 'react-router';
import { Frame } from './frame/Frame';
import { pages } from './routes';

export const createRouter = () =>
  createBrowserRouter([{ path: '/', element: <Frame />, children: [{ index: true, lazy: pages.landing }] }]);
