"""The pages of people: signing in, one's account, and the admin's list."""

from qa.people.views import account, people, sign_in

blueprints = (sign_in.bp, account.bp, people.bp)
