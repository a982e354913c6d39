// In the place of the bidirectional algorithm: our languages are read from left to right. A line
// of a label is a paragraph.

export default function leftToRight() {
  return {
    getEmbeddingLevels(text: string) {
      const paragraphs = [];
      let start = 0;
      for (const line of text.split("\n")) {
        paragraphs.push({ start, end: start + line.length, level: 0 });
        start += line.length + 1;
      }
      return { levels: new Uint8Array(text.length), paragraphs };
    },
    getBidiCharTypeName: () => "L",
    getMirroredCharacter: () => null,
  };
}
