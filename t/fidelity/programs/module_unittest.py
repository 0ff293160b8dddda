import sys
import unittest


class Arithmetic(unittest.TestCase):
    def test_add(self):
        self.assertEqual(1 + 1, 2)

    def test_fails(self):
        self.assertEqual([1, 2], [1, 3], "lists differ on purpose")

    @unittest.skip("not today")
    def test_skipped(self):
        pass


result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(
    unittest.defaultTestLoader.loadTestsFromTestCase(Arithmetic)) if len(sys.argv) > 1 else None
case = Arithmetic("test_add")
outcome = case.run()
print(outcome)
suite = unittest.defaultTestLoader.loadTestsFromName("Arithmetic", sys.modules["__main__"])
outcome = unittest.TestResult()
suite.run(outcome)
print(outcome.testsRun, len(outcome.failures), outcome.skipped[0][1])
print(outcome.failures[0][1])
