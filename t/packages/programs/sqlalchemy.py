# python3-sqlalchemy
from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func
from sqlalchemy import select
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Author(Base):
    __tablename__ = "author"
    id = Column(Integer, primary_key=True)
    name = Column(String(30))
    books = relationship("Book", back_populates="author")


class Book(Base):
    __tablename__ = "book"
    id = Column(Integer, primary_key=True)
    title = Column(String(50))
    author_id = Column(Integer, ForeignKey("author.id"))
    author = relationship("Author", back_populates="books")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add(Author(name="Ada", books=[Book(title=t) for t in "xyz"]))
    session.add(Author(name="Bob", books=[Book(title="w")]))
    session.commit()
    query = (select(Author.name, func.count(Book.id)).join(Book)
             .group_by(Author.name).order_by(Author.name))
    print(session.execute(query).all())
    print(query)
