/** Something that others listen to. A model rings; whoever shows it listens. */
export class Bell {
  #ears = new Set()

  /**
   * @param {(...news: any[]) => void} ear
   * @returns {() => void} stops listening
   */
  listen(ear) {
    this.#ears.add(ear)
    return () => this.#ears.delete(ear)
  }

  ring(...news) {
    for (const ear of [...this.#ears]) ear(...news)
  }
}
